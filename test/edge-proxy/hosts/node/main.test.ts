import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Status } from '../../../../edge-proxy/hosts/node/status.ts'
import { REGISTRATION_TOKEN, TestControlPlane } from '../shared/control-plane.ts'
import { until } from '../shared/setup.ts'
import {
  Cleanup,
  get,
  limitedTo,
  newHome,
  type Program,
  program,
  proxied,
  unknownPlugin,
  upstream,
} from './setup.ts'

let cleanup: Cleanup
let plane: TestControlPlane
let home: string
beforeEach(async () => {
  cleanup = new Cleanup()
  home = newHome(cleanup)
  plane = await TestControlPlane.start()
  cleanup.add(() => plane.close())
})
afterEach(() => cleanup.run())

const start = (words: string[] = [], environment: Record<string, string> = {}) =>
  program(cleanup, ['--control-plane', plane.url, '--home', home, ...words], {
    TIDEGATE_REGISTRATION_TOKEN: REGISTRATION_TOKEN,
    TIDEGATE_PROXY_PORT: '0',
    TIDEGATE_PROXY_TLS_PORT: 'off',
    TIDEGATE_STATUS_PORT: '0',
    ...environment,
  })

/** Waits for the line that says where it listens. */
const placesOf = async (started: Program): Promise<{ proxy: string; status: string }> => {
  const line = /listening on (http:\S+), (http:\S+)/
  await until(() => line.test(started.output()), `listening:\n${started.output()}`, 15_000)
  const [, proxy = '', status = ''] = line.exec(started.output()) ?? []
  return { proxy, status }
}

const statusAt = async (url: string): Promise<Status> => JSON.parse((await get(url)).body)

const live = (started: Program, version: number) =>
  until(() => started.output().includes(`version ${version} is live`), `version ${version}`, 15_000)

describe('the data plane as a program', () => {
  it('says where it listens and what is live, serves, and ends when it is told to', async () => {
    await plane.publish(proxied('/a', await upstream(cleanup)))
    const started = start()
    const { proxy } = await placesOf(started)
    await live(started, 1)
    expect((await get(`${proxy}/a`)).status).toBe(200)
    started.process.kill('SIGTERM')
    expect(await started.ended).toBe(0)
    expect(started.output()).toMatch(/SIGTERM: requests under way may end/)
  })

  it('serves from disk within a second of a start without the control plane', async () => {
    await plane.publish(proxied('/a', await upstream(cleanup)))
    const first = start()
    await live(first, 1)
    first.process.kill('SIGTERM')
    await first.ended
    await plane.close()

    const second = start([], { TIDEGATE_REGISTRATION_TOKEN: '' })
    const { proxy } = await placesOf(second)
    expect((await get(`${proxy}/a`)).status).toBe(200)
    await until(() => second.output().includes('is served'), 'the time it took')
    const [, took] =
      /stored version 1 is served, (\d+) ms after the start/.exec(second.output()) ?? []
    expect(Number(took)).toBeLessThan(1000)
  })

  it('finishes a request under way on the first signal, and drops it on the second', async () => {
    let release: (() => void) | undefined
    const port = await upstream(cleanup, (_, response) => {
      release = () => response.end('late')
    })
    await plane.publish(proxied('/a', port))
    const [patient, hasty] = [start(), start(['--home', newHome(cleanup)])]
    const places = await Promise.all([placesOf(patient), placesOf(hasty)])
    await Promise.all([live(patient, 1), live(hasty, 1)])

    const late = get(`${places[0].proxy}/a/slow`)
    await until(() => release !== undefined, 'the request')
    patient.process.kill('SIGTERM')
    await until(() => patient.output().includes('SIGTERM'), 'the signal')
    release?.()
    expect(await late).toEqual({ status: 200, body: 'late' })
    expect(await patient.ended).toBe(0)

    release = undefined
    const dropped = get(`${places[1].proxy}/a/slow`)
    const failed = expect(dropped).rejects.toThrow()
    await until(() => release !== undefined, 'the request')
    hasty.process.kill('SIGINT')
    await until(() => hasty.output().includes('SIGINT:'), 'the first signal')
    hasty.process.kill('SIGINT')
    expect(await hasty.ended).toBe(1)
    await failed
  })

  it.each([
    ['--proxy', 'TIDEGATE_PROXY_PORT'],
    ['--proxy-tls', 'TIDEGATE_PROXY_TLS_PORT'],
    ['--status', 'TIDEGATE_STATUS_PORT'],
  ])('names the port in use and what moves it: %s', async (flag, variable) => {
    const port = await taken()
    const started = start([flag, `127.0.0.1:${port}`])
    expect(await started.ended).toBe(2)
    expect(started.output().trim().split('\n').at(-1)).toBe(
      `port ${port} on 127.0.0.1 is in use: choose another with ${flag} or ${variable}`,
    )
  })

  it('names the port in use with worker processes too', async () => {
    const port = await taken()
    const started = start(['--proxy', String(port), '--workers', '2'])
    expect(await started.ended).toBe(2)
    expect(started.output()).toContain(`port ${port} on 127.0.0.1 is in use: choose another with`)
  })

  it.each([
    [['--nonsense'], {}, 'unknown option --nonsense: --help lists what there is'],
    [
      [],
      { TIDEGATE_TRUSTED_IPS: 'me' },
      "TIDEGATE_TRUSTED_IPS: 'me' is not an address or a CIDR range",
    ],
    [
      [],
      { TIDEGATE_REGISTRATION_TOKEN: '' },
      'this runtime belongs to no group yet: set TIDEGATE_REGISTRATION_TOKEN',
    ],
  ])('says what to do about %j %j, in one line', async (words, environment, message) => {
    const started = start(words, environment)
    expect(await started.ended).toBe(2)
    expect(started.output().trim().split('\n')).toHaveLength(1)
    expect(started.output()).toContain(message)
  })

  it('shows help', async () => {
    const started = start(['--help'])
    expect(await started.ended).toBe(0)
    expect(started.output()).toContain('--control-plane URL')
  })
})

describe('worker processes', () => {
  const pids = (started: Program): number[] =>
    [...started.output().matchAll(/worker process (\d+) serves/g)].map(([, pid]) => Number(pid))

  it('serve together, follow changes together, and count as one runtime', async () => {
    const port = await upstream(cleanup)
    await plane.publish(proxied('/a', port))
    const started = start(['--workers', '2'])
    const { proxy, status } = await placesOf(started)
    await live(started, 1)
    for (let request = 0; request < 8; request++) expect((await get(`${proxy}/a`)).status).toBe(200)

    await plane.publish([...proxied('/a', port), ...proxied('/b', port, 2)])
    await live(started, 2)
    // What is live is live in every worker.
    for (let request = 0; request < 8; request++) expect((await get(`${proxy}/b`)).status).toBe(200)

    await until(() => requestsTold() === 16, 'all records')
    expect(plane.registered).toHaveLength(1)
    expect(await statusAt(status)).toMatchObject({ workers: 2, version: 2 })
    started.process.kill('SIGTERM')
    expect(await started.ended).toBe(0)
  })

  it('count a limit together', async () => {
    await plane.publish([...proxied('/a', await upstream(cleanup)), limitedTo(5)])
    const started = start(['--workers', '2'])
    const { proxy } = await placesOf(started)
    await live(started, 1)
    const statuses: number[] = []
    for (let request = 0; request < 8; request++) {
      statuses.push((await get(`${proxy}/a`)).status)
      // Workers know of each other's counts a tenth of a second later.
      await new Promise((resolve) => setTimeout(resolve, 400))
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429])
  })

  it('are replaced when they die, by one that has the configuration before its first request', async () => {
    const port = await upstream(cleanup)
    await plane.publish(proxied('/a', port))
    const started = start(['--workers', '2'])
    const { proxy, status } = await placesOf(started)
    await live(started, 1)
    const [victim] = pids(started)
    if (victim === undefined) throw new Error('no worker process is named in the log')
    process.kill(victim, 'SIGKILL')
    await until(
      () => started.output().includes(`worker process ${victim} ended (SIGKILL)`),
      'its end',
    )
    await until(() => pids(started).length === 3, 'another', 15_000)
    expect((await statusAt(status)).workers).toBe(2)
    const statuses = new Set<number>()
    for (let request = 0; request < 8; request++) statuses.add((await get(`${proxy}/a`)).status)
    expect([...statuses]).toEqual([200])
  })

  it('keep what they serve when a new version does not compile', async () => {
    const port = await upstream(cleanup)
    await plane.publish(proxied('/a', port))
    const started = start(['--workers', '2'])
    const { proxy, status } = await placesOf(started)
    await live(started, 1)
    await plane.publish([...proxied('/b', port), unknownPlugin])
    await until(() => plane.statuses.some(({ refused }) => refused?.version === 2), 'the refusal')
    expect(await statusAt(status)).toMatchObject({ version: 1, workers: 2 })
    expect((await get(`${proxy}/a`)).status).toBe(200)
    expect((await get(`${proxy}/b`)).status).toBe(404)
  })

  it('finish requests under way when the runtime ends', async () => {
    let release: (() => void) | undefined
    const port = await upstream(cleanup, (_, response) => {
      release = () => response.end('late')
    })
    await plane.publish(proxied('/a', port))
    const started = start(['--workers', '2'])
    const { proxy } = await placesOf(started)
    await live(started, 1)
    const late = get(`${proxy}/a`)
    await until(() => release !== undefined, 'the request')
    started.process.kill('SIGTERM')
    await until(() => started.output().includes('SIGTERM'), 'the signal')
    release?.()
    expect(await late).toEqual({ status: 200, body: 'late' })
    expect(await started.ended).toBe(0)
    expect(requestsTold()).toBe(1)
  })
})

const requestsTold = (): number =>
  plane.records.flatMap(({ points }) => points).reduce((total, { count }) => total + count, 0)

/** A port that somebody else listens on. */
const taken = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup.add(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
