import { createGateway } from '#engine/gateway'
import type { Counters } from '#engine/host'
import type { PluginType } from '#engine/plugin'
import type { TrafficRecord } from '#engine/record'
import type { Settings } from '#engine/settings'
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import { nodeHost } from './host.ts'
import { cannotListen, type Listener } from './listening.ts'
import type { Entrances } from './messages.ts'
import type { Address } from './options.ts'
import type { Serving } from './serving.ts'
import { tlsNames } from './tls-names.ts'
import type { Resolve } from './wire/resolver.ts'
import { createServer } from './wire/server.ts'
import { createUpstreamClient } from './wire/upstream-client.ts'
import { wireErrors } from './wire-errors.ts'

export interface InProcessOptions {
  entrances: Entrances
  settings: Settings
  plugins: readonly PluginType[]
  clock: Clock
  log: Log
  /** For requests that plugins make themselves. */
  fetch: typeof fetch
  /** Addresses of upstreams; the system's resolver when undefined. */
  resolve: Resolve | undefined
  counters: Counters
  record: (record: TrafficRecord) => void
}

/** Serves by one gateway in this process. */
export const createInProcess = (options: InProcessOptions): Serving => {
  const { entrances, settings, plugins, log } = options
  const upstreams = createUpstreamClient(options.resolve ? { resolve: options.resolve } : {})
  const host = nodeHost({ ...options, call: upstreams.call })
  const gateway = createGateway({ host, plugins, settings })
  const names = tlsNames()
  const server = createServer({
    onRequest: gateway.handle,
    onFinish: gateway.finish,
    errorPage: wireErrors(settings),
    onFault: (error) => log('error', `the server failed: ${reasonOf(error)}`),
  })

  const listen = async (listener: Listener, address: Address | undefined) => {
    if (!address) return undefined
    const visible = settings.port_maps[address.port]
    try {
      return await server.listen({
        port: address.port,
        address: address.host,
        ...(visible === undefined ? {} : { visible_port: visible }),
        ...(listener === 'proxy_tls' ? { tls: names.store } : {}),
      })
    } catch (error) {
      throw cannotListen(error, listener, address)
    }
  }

  return {
    apply({ entities, version, root }) {
      const applied = gateway.apply(entities, version, root)
      if (!applied.ok) return applied
      const unusable = names.use(gateway.configuration.certificates)
      return { ok: true, warnings: [...applied.warnings, ...unusable] }
    },

    async listen() {
      const proxy = await listen('proxy', entrances.proxy)
      const proxyTls = await listen('proxy_tls', entrances.proxyTls)
      return { proxy, proxyTls }
    },

    identify: host.identify,

    get facts() {
      const { connections, requests } = server.stats()
      const { rss, heapUsed } = process.memoryUsage()
      return { connections, requests, memory: { rss, heap_used: heapUsed } }
    },

    workers: 1,

    async stop(ms) {
      const end = options.clock.now() + ms
      await server.close(ms)
      upstreams.close()
      await host.stop(Math.max(0, end - options.clock.now()))
    },
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
