import { fileURLToPath } from 'node:url'
import { Miniflare } from 'miniflare'
import type { Settings } from '../../../../edge-proxy/engine/settings.ts'
import { snapshotEntities } from '../../../../edge-proxy/engine/standalone.ts'
import { readDeclarative } from '../../../../edge-proxy/model/declarative.ts'
import { catalog } from '../../../../edge-proxy/plugins/index.ts'
import { bundleWorker } from '../../../../workers/local/bundle.ts'
import { inProject } from '../../../../workers/local/paths.ts'
import { resolveOverride } from '../../../../workers/local/resolve-override.ts'
import { workerOptions } from '../../../../workers/local/worker-options.ts'

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

/** Sockets of Workers pass through the network Worker as requests do. */
const SOCKETS = { compatibilityFlags: ['nodejs_compat', 'connect_pass_through', 'experimental'] }

/** An edge data plane in workerd with a declarative configuration, no control plane, and its dataset. */
export const standingEdge = async (document: unknown, settings: Partial<Settings> = {}) => {
  const declared = readDeclarative(document, catalog, 0)
  if (!declared.ok) throw new Error(declared.message)
  const [edge, analytics, network] = await Promise.all([
    bundleWorker(fixture('standing.ts')),
    bundleWorker(inProject('workers/local/cloudflare/analytics.ts')),
    bundleWorker(inProject('workers/local/cloudflare/network.ts')),
  ])
  const miniflare = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    cf: false,
    logRequests: false,
    enableDevRegistry: false,
    workers: [
      workerOptions(
        'edge',
        edge,
        {
          ENTITIES: { type: 'json', value: snapshotEntities(declared.entities) as never },
          SETTINGS: { type: 'json', value: settings as never },
          ANALYTICS: {
            type: 'worker',
            worker: 'analytics',
            exportName: 'Dataset',
            props: { dataset: 'requests' },
          },
        },
        {},
        {
          outboundService: { type: 'worker', worker: 'network' },
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        },
      ),
      workerOptions(
        'analytics',
        analytics,
        { STORE: { type: 'durable-object', worker: 'analytics', exportName: 'DatasetStore' } },
        { exports: { DatasetStore: { type: 'durable-object', storage: 'sqlite' } } },
        { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] },
      ),
      workerOptions(
        'network',
        network,
        { RESOLVE: { type: 'node-handler', handler: resolveOverride } },
        SOCKETS,
      ),
    ],
  })
  await miniflare.ready
  const dataset = await miniflare.unsafeGetDirectURL('analytics')
  return {
    miniflare,
    /** Where the data plane listens, as on the wire. */
    port: Number((await miniflare.unsafeGetDirectURL('edge')).port),
    async points(): Promise<Record<string, unknown>[]> {
      const answer = await fetch(new URL('/query', dataset), {
        method: 'POST',
        body: JSON.stringify({ query: 'select * from points order by rowid' }),
      })
      const { data } = (await answer.json()) as { data: Record<string, unknown>[] }
      return data
    },
    stop: () => miniflare.dispose(),
  }
}
