import { describe, expect, it } from 'vitest'
import { readLogOptions } from '../../../../edge-proxy/hosts/node/log-options.ts'
import { help, readCommandLine } from '../../../../edge-proxy/hosts/node/options.ts'
import { InvalidOption } from '../../../../edge-proxy/hosts/shared/settings.ts'

const CONTROL_PLANE = ['--control-plane', 'https://gateway.example']
const read = (words: string[] = [], environment: Record<string, string> = {}) =>
  readCommandLine([...CONTROL_PLANE, ...words], environment)

describe('the command line', () => {
  it('has a default for everything but the control plane', () => {
    expect(read()).toEqual({
      proxy: { host: '127.0.0.1', port: 8000 },
      proxyTls: { host: '127.0.0.1', port: 8443 },
      status: { host: '127.0.0.1', port: 8100 },
      workers: 1,
      home: '.tidegate/runtime',
      controlPlane: 'https://gateway.example',
      registrationToken: undefined,
      grace: 30 * 86_400_000,
    })
  })

  it('takes flags over variables', () => {
    const environment = { TIDEGATE_PROXY_PORT: '1111', TIDEGATE_WORKERS: '3' }
    expect(read(['--proxy', '0.0.0.0:2222', '--workers=2'], environment)).toMatchObject({
      proxy: { host: '0.0.0.0', port: 2222 },
      workers: 2,
    })
    expect(read([], environment)).toMatchObject({
      proxy: { host: '127.0.0.1', port: 1111 },
      workers: 3,
    })
  })

  it('takes IPv6 addresses, ports alone, and off', () => {
    expect(read(['--proxy', '[::1]:80', '--status', '0', '--proxy-tls', 'off'])).toMatchObject({
      proxy: { host: '::1', port: 80 },
      proxyTls: undefined,
      status: { host: '127.0.0.1', port: 0 },
    })
  })

  it('keeps its state beside that of the platform', () => {
    expect(read([], { TIDEGATE_HOME: '/data' })).toMatchObject({ home: '/data/runtime' })
    expect(read([], { TIDEGATE_HOME: '/data', TIDEGATE_RUNTIME_HOME: '/own' })).toMatchObject({
      home: '/own',
    })
  })

  it.each([
    [['--proxi', '1'], {}, 'unknown option --proxi: --help lists what there is'],
    [['proxy'], {}, 'unknown option proxy: --help lists what there is'],
    [['--workers'], {}, '--workers takes N: --help says more'],
    [['--workers', '0'], {}, "--workers takes a number of processes from 1 to 256, not '0'"],
    [
      [],
      { TIDEGATE_WORKERS: 'x' },
      "TIDEGATE_WORKERS takes a number of processes from 1 to 256, not 'x'",
    ],
    [
      [],
      { TIDEGATE_PROXY_PORT: '70000' },
      "TIDEGATE_PROXY_PORT takes ADDRESS:PORT, a port alone or off, as 127.0.0.1:8000; not '70000'",
    ],
    [
      ['--control-plane', 'gateway'],
      {},
      "--control-plane takes a URL, as https://gateway.example; not 'gateway'",
    ],
    [[], { TIDEGATE_GRACE_DAYS: '-1' }, "TIDEGATE_GRACE_DAYS takes a number of days, not '-1'"],
  ])('refuses %j %j with what to do', (words, environment, message) => {
    expect(() => read(words, environment)).toThrow(new InvalidOption(message))
  })

  it('says how to name the control plane when there is none', () => {
    expect(() => readCommandLine([], {})).toThrow(
      'no control plane: say which with --control-plane URL or TIDEGATE_CONTROL_PLANE',
    )
  })

  it('shows every option and variable on the help page, whatever else is asked', () => {
    expect(readCommandLine(['--workers', '2', '--help'], {})).toBe('help')
    for (const word of ['--proxy-tls', 'TIDEGATE_STATUS_PORT', 'TIDEGATE_REGISTRATION_TOKEN'])
      expect(help()).toContain(word)
  })
})

describe('the environment', () => {
  it('sets level and form of the log', () => {
    expect(readLogOptions({})).toEqual({ level: 'info', format: 'text' })
    expect(readLogOptions({ TIDEGATE_LOG_LEVEL: 'DEBUG', TIDEGATE_LOG_FORMAT: 'json' })).toEqual({
      level: 'debug',
      format: 'json',
    })
    expect(() => readLogOptions({ TIDEGATE_LOG_LEVEL: 'loud' })).toThrow(
      'TIDEGATE_LOG_LEVEL takes one of: debug, info, warn, error, off',
    )
    expect(() => readLogOptions({ TIDEGATE_LOG_FORMAT: 'xml' })).toThrow(
      'TIDEGATE_LOG_FORMAT takes text or json',
    )
  })
})
