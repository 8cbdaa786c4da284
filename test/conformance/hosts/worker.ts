import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Log, LogLevel, Miniflare } from 'miniflare'
import type { SnapshotEntity } from '#engine/snapshot'
import { settingsFrom } from '#hosts/shared/settings'
import { bundleWorker } from '../../../workers/local/bundle.ts'
import { workerOptions } from '../../../workers/local/worker-options.ts'
import { type ClientResponse, exchangeBytes, requestBytes } from '../client.ts'
import type { HostUnderTest } from '../host.ts'
import type { VectorRequest } from '../vectors.ts'
import type { World } from '../world.ts'

/** A request line that names a whole URL, and no Host of its own: workerd's form between proxies. */
const PROXY_STYLE = 1
const FACTS = 'MF-CF-Blob'

const WINDOWS: Record<string, number> = { second: 1000, minute: 60_000 }
/** Milliseconds that a case may need before its window ends. */
const NEED: Record<string, number> = { second: 900, minute: 3000 }

const source = (name: string) => fileURLToPath(new URL(`../worker/${name}`, import.meta.url))

/**
 * The edge data plane in workerd. What Cloudflare does in front of a Worker and behind it is done here: the URL tells
 * scheme and host, CF-Connecting-IP and X-Forwarded-For tell the client, `cf` tells the TLS of its connection.
 */
export const workerUnderTest = async (world: World): Promise<HostUnderTest> => {
  const [entry, network, edge, places] = await Promise.all([
    bundleWorker(source('entry.ts')),
    bundleWorker(source('network.ts')),
    world.edge(),
    world.places(),
  ])
  const miniflare = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    cf: false,
    logRequests: false,
    enableDevRegistry: false,
    telemetry: { enabled: false },
    log: new Log(LogLevel.ERROR),
    // What the data plane logs is not what is tested here.
    handleStructuredLogs: () => {},
    workers: [
      workerOptions(
        'edge',
        entry,
        {},
        {},
        {
          outboundService: { type: 'worker', worker: 'network' },
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0, proxy: true }],
        },
      ),
      workerOptions(
        'network',
        network,
        {
          WORLD: {
            type: 'external',
            address: `127.0.0.1:${edge}`,
            http: { style: PROXY_STYLE, cfBlobHeader: FACTS },
          },
        },
        // Sockets pass through it to the network of this machine.
        { compatibilityFlags: ['nodejs_compat', 'connect_pass_through', 'experimental'] },
      ),
    ],
  })
  await miniflare.ready
  const port = Number((await miniflare.unsafeGetDirectURL('edge')).port)

  const send = (request: VectorRequest): Promise<ClientResponse> => {
    const host = request.host ?? 'gw.test'
    const target = `${request.scheme ?? 'http'}://${host}${request.path}`
    return exchangeBytes(
      { port, tls: undefined, localAddress: undefined },
      requestBytes(...asCloudflare(request, target)),
      request.method ?? 'GET',
    )
  }

  const load = async (body: unknown): Promise<string | undefined> => {
    const answer = await send({
      method: 'POST',
      host: 'conformance.internal',
      path: '/',
      body_json: body,
    })
    if (answer.status !== 200) throw new Error(answer.body)
    return (JSON.parse(answer.body) as { refused: string | null }).refused ?? undefined
  }

  return {
    name: 'worker',

    async load(entities, settings) {
      const variables = Object.entries({ allow_debug_header: 'on', ...settings }).map(
        ([name, value]) => [`TIDEGATE_${name.toUpperCase()}`, value] as const,
      )
      try {
        return await load({
          entities,
          places,
          settings: settingsFrom(Object.fromEntries(variables)),
        })
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    },

    swap: (entities: readonly SnapshotEntity[]) => load({ entities, places }),
    send,

    async align(window) {
      const length = WINDOWS[window]
      const need = NEED[window]
      if (length === undefined || need === undefined) return
      const left = length - (Date.now() % length)
      if (left < need) await pause(left + 1)
    },

    async wait(ms) {
      await pause(ms)
    },

    close: () => miniflare.dispose(),
  }
}

/** A request as Cloudflare hands it to a Worker. */
const asCloudflare = (
  request: VectorRequest,
  target: string,
): [VectorRequest, string, [string, string][]] => {
  const client = request.client_ip ?? '127.0.0.1'
  const headers = { ...request.headers }
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'x-forwarded-for')
  const before = name === undefined ? [] : [headers[name] ?? []].flat()
  if (name !== undefined) delete headers[name]
  const facts =
    request.scheme === 'https'
      ? {
          httpProtocol: 'HTTP/1.1',
          tlsVersion: 'TLSv1.3',
          tlsCipher: 'AEAD-AES128-GCM-SHA256',
          tlsClientAuth: { certPresented: '0', certVerified: 'NONE' },
        }
      : { httpProtocol: 'HTTP/1.1' }
  return [
    { ...request, headers },
    target,
    [
      ['X-Forwarded-For', [...before, client].join(', ')],
      ['CF-Connecting-IP', client],
      [FACTS, JSON.stringify(facts)],
    ],
  ]
}
