import { readFile, writeFile } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Status } from '../../../../edge-proxy/hosts/node/status.ts'
import { selfSigned } from '../../../../edge-proxy/hosts/node/wire/self-signed.ts'
import { newSigningKey, TestControlPlane } from '../shared/control-plane.ts'
import { until } from '../shared/setup.ts'
import {
  Cleanup,
  certificate,
  get,
  newHome,
  proxied,
  runtimeOf,
  unknownPlugin,
  upstream,
} from './setup.ts'

let cleanup: Cleanup
let plane: TestControlPlane
beforeEach(async () => {
  cleanup = new Cleanup()
  plane = await TestControlPlane.start()
  cleanup.add(() => plane.close())
})
afterEach(() => cleanup.run())

const statusOf = async (port: number | undefined): Promise<Status> =>
  JSON.parse((await get(`http://127.0.0.1:${port}/status`)).body)

describe('a runtime', () => {
  it('registers, serves the configuration of its group, and shows it on its status page', async () => {
    const port = await upstream(cleanup)
    const { root } = await plane.publish(proxied('/a', port))
    const { runtime, proxy, logs } = await runtimeOf(cleanup, plane, newHome(cleanup))
    await until(() => runtime.status.version === 1, 'version 1')

    expect(await get(`${proxy}/a/x`)).toEqual({ status: 200, body: 'echo /x' })

    expect(await statusOf(runtime.ports.status)).toMatchObject({
      node_id: 'node-1',
      version: 1,
      root,
      counts: { services: 1, routes: 1 },
      refused: null,
      control_plane: { connected: true, last_contact: expect.stringMatching(/^2\d{3}-/) },
      host: 'node',
      workers: 1,
      requests: 1,
    })
    expect(logs.some((line) => line.startsWith('info listening on http://127.0.0.1:'))).toBe(true)
    expect(logs).toContain('info version 1 is live: 2 entities')
  })

  it('answers on the TLS port with a certificate of its own while there is none', async () => {
    const port = await upstream(cleanup)
    await plane.publish(proxied('/a', port))
    const { runtime } = await runtimeOf(cleanup, plane, newHome(cleanup))
    await until(() => runtime.status.version === 1, 'version 1')
    const status = await new Promise((resolve, reject) => {
      const options = { port: runtime.ports.proxyTls, path: '/a', rejectUnauthorized: false }
      httpsRequest({ ...options, agent: false }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
        .on('error', reject)
        .end()
    })
    expect(status).toBe(200)
  })

  it('answers with the certificate of the server name, and tells which cannot be used', async () => {
    const { runtime } = await runtimeOf(cleanup, undefined, '')
    const [good, other] = [selfSigned('a.test'), selfSigned('b.test')]
    const applied = await runtime.apply(
      [
        ...certificate(1, good, ['a.test', '*.wild.test']),
        ...certificate(2, { cert: other.cert, key: good.key }, ['b.test']),
      ],
      1,
      'root',
    )
    expect(applied).toMatchObject({
      ok: true,
      warnings: [
        { kind: 'certificates', message: expect.stringMatching(/^cannot be used for TLS/) },
      ],
    })
    expect(await shownTo(runtime.ports.proxyTls, 'a.test')).toBe('a.test')
    expect(await shownTo(runtime.ports.proxyTls, 'x.wild.test')).toBe('a.test')
    expect(await shownTo(runtime.ports.proxyTls, 'b.test')).toBe('localhost')

    await runtime.apply(certificate(2, other, ['b.test']), 2, 'root')
    expect(await shownTo(runtime.ports.proxyTls, 'b.test')).toBe('b.test')
    expect(await shownTo(runtime.ports.proxyTls, 'a.test')).toBe('localhost')
  })

  it('serves a change well within two seconds of it', async () => {
    const port = await upstream(cleanup)
    await plane.publish(proxied('/a', port))
    const { runtime, proxy } = await runtimeOf(cleanup, plane, newHome(cleanup))
    await until(() => runtime.status.version === 1, 'version 1')
    expect((await get(`${proxy}/b`)).status).toBe(404)

    const began = performance.now()
    await plane.publish([...proxied('/a', port), ...proxied('/b', port, 2)])
    while ((await get(`${proxy}/b`)).status !== 200)
      expect(performance.now() - began).toBeLessThan(2000)
    expect(performance.now() - began).toBeLessThan(1000)
  })

  it('fails no request while versions come one after the other', async () => {
    const port = await upstream(cleanup)
    await plane.publish(proxied('/a', port))
    const { runtime, proxy } = await runtimeOf(cleanup, plane, newHome(cleanup))
    await until(() => runtime.status.version === 1, 'version 1')
    const statuses = new Set<number>()
    let running = true
    const load = async () => {
      while (running) statuses.add((await get(`${proxy}/a/x`)).status)
    }
    const loads = [load(), load(), load()]
    for (let version = 2; version <= 21; version++) {
      await plane.publish([...proxied('/a', port), ...proxied(`/v${version}`, port, version)])
      await until(() => runtime.status.version === version, `version ${version}`)
    }
    running = false
    await Promise.all(loads)
    expect([...statuses]).toEqual([200])
  })

  it('goes on when the control plane is gone, and follows it again when it is back', async () => {
    const port = await upstream(cleanup)
    await plane.publish(proxied('/a', port))
    const { runtime, proxy } = await runtimeOf(cleanup, plane, newHome(cleanup))
    await until(() => runtime.status.version === 1, 'version 1')
    const { port: planePort } = plane
    await plane.close()
    await until(() => runtime.status.control_plane?.connected === false, 'the loss')
    expect((await get(`${proxy}/a`)).status).toBe(200)
    expect((await statusOf(runtime.ports.status)).control_plane).toMatchObject({ connected: false })

    await plane.listen(planePort)
    await plane.publish(proxied('/b', port))
    await until(() => runtime.status.version === 2, 'version 2')
    expect((await get(`${proxy}/b`)).status).toBe(200)
  })

  it('refuses what another key signed, says so on its status page, and goes on', async () => {
    const port = await upstream(cleanup)
    await plane.publish(proxied('/a', port))
    const { runtime, proxy, logs } = await runtimeOf(cleanup, plane, newHome(cleanup))
    await until(() => runtime.status.version === 1, 'version 1')
    await plane.publish(proxied('/b', port), { key: await newSigningKey('stranger') })
    await until(() => runtime.status.refused !== null, 'the refusal')

    expect((await statusOf(runtime.ports.status)).refused).toMatchObject({
      version: 2,
      reason: 'manifest is signed by unknown key stranger',
    })
    expect(logs).toContain(
      'error configuration refused: manifest is signed by unknown key stranger',
    )
    expect((await get(`${proxy}/a`)).status).toBe(200)
    expect((await get(`${proxy}/b`)).status).toBe(404)
  })

  it('refuses an entity that does not compile, by its name', async () => {
    const port = await upstream(cleanup)
    await plane.publish(proxied('/a', port))
    const { runtime, proxy } = await runtimeOf(cleanup, plane, newHome(cleanup))
    await until(() => runtime.status.version === 1, 'version 1')
    await plane.publish([...proxied('/b', port), unknownPlugin])
    await until(() => runtime.status.refused !== null, 'the refusal')
    expect(runtime.status.refused?.entities).toMatchObject([
      { kind: 'plugins', id: unknownPlugin.entity.id },
    ])
    expect((await get(`${proxy}/a`)).status).toBe(200)
  })

  it('counts each request it serves, and hands the counts over', async () => {
    const port = await upstream(cleanup)
    await plane.publish(proxied('/a', port))
    const { runtime, proxy } = await runtimeOf(cleanup, plane, newHome(cleanup))
    await until(() => runtime.status.version === 1, 'version 1')
    for (let request = 0; request < 5; request++) await get(`${proxy}/a`)
    await get(`${proxy}/nothing`)
    await until(() => sum(plane, 200) === 5 && sum(plane, 404) === 1, 'all records')
  })

  it('keeps counts while the control plane is away, and hands over the rest when it stops', async () => {
    const port = await upstream(cleanup)
    await plane.publish(proxied('/a', port))
    const { runtime, proxy } = await runtimeOf(cleanup, plane, newHome(cleanup))
    await until(() => runtime.status.version === 1, 'version 1')
    plane.failing = 503
    await get(`${proxy}/a`)
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect(runtime.status.records.waiting).toBe(1)
    plane.failing = undefined
    await until(() => sum(plane, 200) === 1, 'the first record')
    await get(`${proxy}/a`)
    await runtime.stop()
    expect(sum(plane, 200)).toBe(2)
  })

  it('lets a request under way end when it stops', async () => {
    let release = () => {}
    const asked = new Promise<void>((resolve) => {
      void upstream(cleanup, (_, response) => {
        resolve()
        release = () => response.end('late')
      }).then((port) => plane.publish(proxied('/slow', port)))
    })
    const { runtime, proxy } = await runtimeOf(cleanup, plane, newHome(cleanup))
    await until(() => runtime.status.version === 1, 'version 1')
    const answer = get(`${proxy}/slow`)
    await asked
    const stopped = runtime.stop(5000)
    await expect(get(`${proxy}/slow`)).rejects.toThrow()
    release()
    expect(await answer).toEqual({ status: 200, body: 'late' })
    await stopped
  })

  it('takes a configuration without any control plane', async () => {
    const port = await upstream(cleanup)
    const { runtime, proxy } = await runtimeOf(cleanup, undefined, '')
    expect(await runtime.apply(proxied('/a', port), 3, 'root')).toMatchObject({ ok: true })
    expect((await get(`${proxy}/a`)).status).toBe(200)
    expect(runtime.status).toMatchObject({ version: 3, root: 'root', control_plane: null })
  })

  it('words an answer to broken HTTP as it words its others', async () => {
    const { runtime } = await runtimeOf(cleanup, undefined, '')
    const text = await raw(runtime.ports.proxy, 'GET / HTTP/1.1\r\nBroken header\r\n\r\n')
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(text).toMatch(/\r\nServer: kong\/3\.9\.1\r\n/)
    expect(text).toMatch(/Bad request\nrequest_id: [0-9a-f]{32}\n$/)
  })
})

describe('the state on disk', () => {
  const served = async () => {
    const port = await upstream(cleanup)
    const home = newHome(cleanup)
    await plane.publish(proxied('/a', port))
    const { runtime } = await runtimeOf(cleanup, plane, home)
    await until(() => runtime.status.version === 1, 'version 1')
    await plane.publish(proxied('/b', port))
    await until(() => runtime.status.version === 2, 'version 2')
    await until(() => plane.statuses.at(-1)?.version === 2, 'the report of it')
    await runtime.stop()
    return home
  }

  it('serves a start without the control plane within a second', async () => {
    const home = await served()
    await plane.close()
    const began = performance.now()
    const { runtime, proxy, logs } = await runtimeOf(cleanup, plane, home)
    expect((await get(`${proxy}/b`)).status).toBe(200)
    expect(performance.now() - began).toBeLessThan(1000)
    expect(runtime.status).toMatchObject({ node_id: 'node-1', version: 2 })
    expect(logs.join('\n')).toMatch(/info stored version 2 is served, \d+ ms after the start/)
  })

  it('is refused when one byte of it changed, and what was served before serves', async () => {
    const home = await served()
    const path = join(home, 'snapshot.json')
    const text = await readFile(path, 'utf8')
    const at = text.lastIndexOf('/b')
    await writeFile(path, `${text.slice(0, at)}/c${text.slice(at + 2)}`)
    plane.failing = 503
    const { runtime, proxy, logs } = await runtimeOf(cleanup, plane, home)

    expect((await get(`${proxy}/a`)).status).toBe(200)
    expect((await get(`${proxy}/c`)).status).toBe(404)
    const reason = /stored current snapshot: content of version 2 hashes to/
    expect(runtime.status.refused).toMatchObject({
      version: 2,
      reason: expect.stringMatching(reason),
    })
    expect(logs.some((line) => line.startsWith('error configuration refused: stored'))).toBe(true)

    plane.failing = undefined
    await until(() => runtime.status.version === 2, 'version 2 from the control plane')
    await until(() => plane.statuses.some(({ refused }) => refused), 'the refusal in a report')
    expect(plane.statuses.at(-1)?.refused?.reason).toMatch(reason)
    expect((await get(`${proxy}/b`)).status).toBe(200)
  })

  it('serves from a second copy when the only version that there ever was goes bad', async () => {
    const port = await upstream(cleanup)
    const home = newHome(cleanup)
    await plane.publish(proxied('/a', port))
    const first = await runtimeOf(cleanup, plane, home)
    await until(() => plane.statuses.at(-1)?.version === 1, 'the report of version 1')
    await first.runtime.stop()
    const path = join(home, 'snapshot.json')
    await writeFile(path, (await readFile(path, 'utf8')).replace('"/a"', '"/x"'))
    plane.failing = 503
    const { runtime, proxy } = await runtimeOf(cleanup, plane, home)
    expect((await get(`${proxy}/a`)).status).toBe(200)
    expect(runtime.status.refused?.reason).toMatch(/stored current snapshot: content of version 1/)
  })
})

/** Requests of a status that the control plane was told of. */
const sum = ({ records }: TestControlPlane, status: number): number =>
  records
    .flatMap(({ points }) => points)
    .filter((point) => point.status === status)
    .reduce((total, { count }) => total + count, 0)

/** Common name of the certificate that a client of a server name is shown. */
const shownTo = (port: number | undefined, servername: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const options = { port: port ?? 0, host: '127.0.0.1', servername, rejectUnauthorized: false }
    const socket = connectTls(options, () => {
      resolve(socket.getPeerCertificate().subject.CN)
      socket.destroy()
    })
    socket.on('error', reject)
  })

/** Sends bytes and answers all that comes back. */
const raw = (port: number | undefined, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    const socket = connect({ port: port ?? 0, host: '127.0.0.1' }, () => socket.write(bytes))
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
