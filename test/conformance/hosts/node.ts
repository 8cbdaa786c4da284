import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { createServer } from 'node:net'
import { hashAll, hashBuckets, rootOf, type SnapshotEntity } from '#engine/snapshot'
import { type Runtime, startRuntime } from '#hosts/node/runtime'
import { type Clock, systemClock } from '#hosts/shared/clock'
import { settingsFrom } from '#hosts/shared/settings'
import { exchangeBytes, requestBytes } from '../client.ts'
import type { HostUnderTest } from '../host.ts'
import type { World } from '../world.ts'

const WINDOWS: Record<string, number> = { second: 1000, minute: 60_000 }

/**
 * The Node data plane, as it is started in production, but: names resolve into the world, ports 80 and 443 are mapped,
 * and its clock can be set ahead. A case begins with a new process state when the one before may have left counts.
 */
export const nodeUnderTest = async (world: World): Promise<HostUnderTest> => {
  let ahead = 0
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + ahead }
  let running: { runtime: Runtime; key: string; ports: { plain: number; tls: number } } | undefined
  let counted = false
  let version = 0

  const start = async (settings: Readonly<Record<string, string>>) => {
    const [plain, tls] = await freePorts(2)
    const variables = Object.entries({ allow_debug_header: 'on', ...settings }).map(
      ([name, value]) => [`TIDEGATE_${name.toUpperCase()}`, value] as const,
    )
    const runtime = await startRuntime({
      entrances: {
        proxy: { host: '127.0.0.1', port: plain },
        proxyTls: { host: '127.0.0.1', port: tls },
      },
      status: undefined,
      controlPlane: undefined,
      log: () => {},
      clock,
      settings: {
        ...settingsFrom(Object.fromEntries(variables)),
        port_maps: { [plain]: 80, [tls]: 443 },
      },
      resolve: async (name, port) => [await world.address(name, port)],
      fetch: outboundFetch(world),
    })
    return { runtime, key: JSON.stringify(settings), ports: { plain, tls } }
  }

  const apply = async (entities: readonly SnapshotEntity[]): Promise<string | undefined> => {
    const root = rootOf(hashBuckets(hashAll(entities)))
    counted ||= entities.some(({ entity }) => entity.name === 'rate-limiting')
    const applied = await running?.runtime.apply(entities, ++version, root)
    return applied?.ok ? undefined : JSON.stringify(applied?.problems)
  }

  return {
    name: 'node',

    async load(entities, settings) {
      if (counted || running?.key !== JSON.stringify(settings)) {
        await running?.runtime.stop(0)
        running = undefined
        counted = false
        try {
          running = await start(settings)
        } catch (error) {
          return error instanceof Error ? error.message : String(error)
        }
      }
      return apply(entities)
    },

    swap: apply,

    async send(request) {
      if (!running) throw new Error('nothing runs')
      const secure = request.scheme === 'https'
      return exchangeBytes(
        {
          port: secure ? running.ports.tls : running.ports.plain,
          tls: secure ? { servername: request.sni } : undefined,
          localAddress: request.client_ip,
        },
        requestBytes(request, request.path),
        request.method ?? 'GET',
      )
    },

    async align(window) {
      const length = WINDOWS[window]
      if (length !== undefined) ahead += length - (clock.now() % length)
    },

    async wait(ms) {
      ahead += ms
    },

    async close() {
      await running?.runtime.stop(0)
    },
  }
}

/** Ports that were free a moment ago. */
const freePorts = async (count: 2): Promise<[number, number]> => {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(0, '127.0.0.1', resolve)
      })
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports as [number, number]
}

/** `fetch` for requests of plugins: connects to the world, and tells the name that was called in Host. */
const outboundFetch =
  (world: World): typeof fetch =>
  async (input, init) => {
    const url = new URL(String(input))
    const secure = url.protocol === 'https:'
    const place = await world.address(url.hostname, Number(url.port || (secure ? 443 : 80)))
    const [host, port] = place.split(':')
    const send = secure ? secureRequest : plainRequest
    return new Promise((resolve, reject) => {
      const request = send(
        {
          host,
          port,
          method: init?.method ?? 'GET',
          path: `${url.pathname}${url.search}`,
          headers: { Host: url.host, ...(init?.headers as Record<string, string>) },
          agent: false,
          rejectUnauthorized: false,
        },
        (response) => {
          response.resume()
          response.on('end', () =>
            resolve(new Response(null, { status: response.statusCode ?? 0 })),
          )
        },
      )
      request.on('error', reject)
      request.end(init?.body)
    })
  }
