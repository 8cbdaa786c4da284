import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SnapshotEntity } from '../../../../edge-proxy/engine/snapshot.ts'
import { type EdgeSide, startEdge } from '../../../../workers/local/edge.ts'
import { openHome } from '../../../../workers/local/home.ts'
import { freePorts } from '../../../support/free-ports.ts'
import { newSigningKey, REGISTRATION_TOKEN, TestControlPlane } from '../shared/control-plane.ts'
import { until } from '../shared/setup.ts'

const [port = 0] = await freePorts(1)

let plane: TestControlPlane
let planeUrl: string
let upstream: Server
let edge: EdgeSide
let folder: string

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

/** One service, and a route to it under each of the paths. */
const serving = (...paths: string[]): SnapshotEntity[] => {
  const { port } = upstream.address() as AddressInfo
  const service = { id: id(0), protocol: 'http', host: '127.0.0.1', port, enabled: true }
  return [
    { kind: 'services', entity: service },
    ...paths.map((path, at) => ({
      kind: 'routes',
      entity: {
        id: id(at + 1),
        service: { id: id(0) },
        protocols: ['http', 'https'],
        paths: [path],
        strip_path: true,
      },
    })),
  ]
}

const start = () =>
  startEdge({
    home: openHome(folder),
    port,
    controlPlane: planeUrl,
    registrationToken: REGISTRATION_TOKEN,
  })

const status = async (path: string): Promise<number> => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`)
  await answer.arrayBuffer()
  return answer.status
}

/** Asks until the answer is the expected one; how long that took, in milliseconds. */
const whenAnswers = async (path: string, expected: number): Promise<number> => {
  const began = performance.now()
  for (;;) {
    const got = await status(path)
    const took = performance.now() - began
    if (got === expected) return took
    if (took > 8000) throw new Error(`${path} still answers ${got}, not ${expected}`)
  }
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-edge-'))
  plane = await TestControlPlane.start()
  planeUrl = plane.url
  upstream = createServer((_, response) => response.end('hello'))
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done))
})

afterEach(async () => {
  await edge.stop()
  await plane.close()
  upstream.close()
  upstream.closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
})

describe('the edge data plane and its control plane', () => {
  it('serves the first request of an isolate by the newest configuration', async () => {
    await plane.publish(serving('/one'))
    edge = await start()
    expect(await status('/one')).toBe(200)
    expect(plane.registered).toMatchObject([{ hostname: 'edge', host: 'worker' }])
  })

  it('says that it has no configuration while there is none, and takes the first', async () => {
    edge = await start()
    expect(await status('/one')).toBe(503)
    await plane.publish(serving('/one'))
    expect(await whenAnswers('/one', 200)).toBeLessThan(3000)
  })

  it('has a change live within two seconds under traffic, and reports it', async () => {
    await plane.publish(serving('/one'))
    edge = await start()
    await status('/one')
    await plane.publish(serving('/one', '/two'))
    expect(await whenAnswers('/two', 200)).toBeLessThan(2000)
    await until(() => plane.statuses.some(({ version }) => version === 2), 'the report')
  })

  it('has a change live without any traffic, while its trigger runs', async () => {
    await plane.publish(serving('/one'))
    edge = await start()
    await until(() => plane.statuses.some(({ version }) => version === 1), 'the first report')
    await plane.publish(serving('/two'))
    await until(() => plane.statuses.some(({ version }) => version === 2), 'the second report')
    expect(await status('/two')).toBe(200)
  })

  it('goes on when the control plane is away, and its next isolate starts from the cache', async () => {
    await plane.publish(serving('/one'))
    edge = await start()
    expect(await status('/one')).toBe(200)
    await plane.close()
    expect(await status('/one')).toBe(200)
    await edge.stop()
    edge = await start()
    expect(await status('/one')).toBe(200)
  })

  it('refuses what another key signed, reports why, and serves the last good version', async () => {
    await plane.publish(serving('/one'))
    edge = await start()
    await status('/one')
    await plane.publish(serving('/two'), { key: await newSigningKey('stranger') })
    await whenReported(() => plane.statuses.some(({ refused }) => refused !== null))
    expect(plane.statuses.at(-1)?.refused?.reason).toContain('unknown key stranger')
    expect(await status('/one')).toBe(200)
    expect(await status('/two')).toBe(404)
  })

  it('refuses content that is not what was signed', async () => {
    await plane.publish(serving('/one'))
    edge = await start()
    await status('/one')
    await plane.publish(serving('/one', '/two'), { content: serving('/one', '/three') })
    await whenReported(() => plane.statuses.some(({ refused }) => refused !== null))
    expect(await status('/three')).toBe(404)
    expect(await status('/one')).toBe(200)
  })
})

/** Traffic carries the synchronisation: keeps some coming until something holds. */
const whenReported = async (holds: () => boolean): Promise<void> => {
  const limit = performance.now() + 8000
  while (!holds()) {
    if (performance.now() > limit) throw new Error('waited 8 s for a report')
    await status('/one')
  }
}
