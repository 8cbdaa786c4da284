import { describe, expect, it } from 'vitest'
import { environmentOf, readSettings } from '../../workers/local/settings.ts'

describe('the settings of the local platform', () => {
  it('are the documented ports and folder when nothing is set', () => {
    const { home, ports, demo } = readSettings([], {})
    expect(home).toBe(`${process.cwd()}/.tidegate`)
    expect(ports).toEqual({
      control: 8787,
      edge: 8788,
      proxy: 8000,
      proxyTls: 8443,
      status: 8100,
      upstream: 8090,
    })
    expect(demo).toBe(true)
  })

  it('are moved by their variables, and passed on as the same', () => {
    const moved = { TIDEGATE_HOME: '/tmp/elsewhere', TIDEGATE_PORT: '1', TIDEGATE_EDGE_PORT: '2' }
    const settings = readSettings(['--no-demo'], moved)
    expect(settings.demo).toBe(false)
    expect(environmentOf(settings)).toMatchObject(moved)
    expect(readSettings(['--no-demo'], environmentOf(settings))).toEqual(settings)
  })

  it.each([
    [['--demo'], {}, 'unknown argument --demo; the only one is --no-demo'],
    [[], { TIDEGATE_PORT: '80x' }, 'TIDEGATE_PORT is 80x: expected a port between 1 and 65535'],
    [[], { TIDEGATE_EDGE_PORT: '70000' }, 'TIDEGATE_EDGE_PORT is 70000'],
    [[], { TIDEGATE_PORT: '8000' }, 'TIDEGATE_PROXY_PORT and TIDEGATE_PORT are both 8000'],
  ])('say what is wrong with %j %j', (args, env, message) => {
    expect(() => readSettings(args, env)).toThrow(message)
  })
})
