import { appendFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { bundleWorker } from './bundle.ts'
import type { Home } from './home.ts'
import { inProject } from './paths.ts'
import { resolveOverride } from './resolve-override.ts'
import { createInstance, instanceOptions, workerOptions } from './worker-options.ts'

/** The trigger in edge-proxy/wrangler.toml. */
const EVERY_MINUTE = '* * * * *'

export interface EdgeOptions {
  home: Home
  port: number
  /** Base URL of the control plane. */
  controlPlane: string
  /** Undefined until the group exists: then the data plane waits for `register`. */
  registrationToken: string | undefined
}

/** What runs at the edge: the data plane, and what Cloudflare gives it (the dataset, the network). */
export interface EdgeSide {
  /** Where the control plane writes and queries the dataset. */
  datasetUrl: string
  /** Gives the data plane its registration token. */
  register(token: string): Promise<void>
  stop(): Promise<void>
}

export const startEdge = async (options: EdgeOptions): Promise<EdgeSide> => {
  const [edge, analytics, network] = await Promise.all([
    bundleWorker(inProject('edge-proxy/hosts/worker/main.ts')),
    bundleWorker(inProject('workers/local/cloudflare/analytics.ts')),
    bundleWorker(inProject('workers/local/cloudflare/network.ts')),
  ])
  const datasetPort = await freePort()
  const optionsWith = (registrationToken: string | undefined) => ({
    ...instanceOptions(options.home.path('state', 'edge')),
    port: 0,
    handleStructuredLogs: keepLog(options.home.path('logs', 'edge.log')),
    workers: [
      workerOptions(
        'tidegate-edge',
        edge,
        {
          ANALYTICS: {
            type: 'worker',
            worker: 'analytics',
            exportName: 'Dataset',
            props: { dataset: 'tidegate_requests' },
          },
          TIDEGATE_CONTROL_PLANE: { type: 'text', value: options.controlPlane },
          TIDEGATE_REGISTRATION_TOKEN: { type: 'text', value: registrationToken ?? '' },
        },
        { triggers: [{ type: 'scheduled', schedule: EVERY_MINUTE }] },
        {
          outboundService: { type: 'worker', worker: 'network' },
          unsafeDirectSockets: [{ host: '127.0.0.1', port: options.port }],
        },
      ),
      workerOptions(
        'analytics',
        analytics,
        { STORE: { type: 'durable-object', worker: 'analytics', exportName: 'DatasetStore' } },
        { exports: { DatasetStore: { type: 'durable-object', storage: 'sqlite' } } },
        { unsafeDirectSockets: [{ host: '127.0.0.1', port: datasetPort }] },
      ),
      workerOptions(
        'network',
        network,
        { RESOLVE: { type: 'node-handler', handler: resolveOverride } },
        // Sockets of the data plane pass through it to the network of this machine.
        { compatibilityFlags: ['nodejs_compat', 'connect_pass_through', 'experimental'] },
      ),
    ],
  })

  const miniflare = createInstance(optionsWith(options.registrationToken))
  await miniflare.ready
  const wake = () => {
    // As Cloudflare does, by the data plane's trigger; one that fails is followed by the next.
    miniflare
      .getWorker('tidegate-edge')
      .then((worker) => worker.scheduled({ cron: EVERY_MINUTE }))
      .catch(() => {})
  }
  const cron = setInterval(wake, 60_000)
  if (options.registrationToken) wake()
  return {
    datasetUrl: `http://127.0.0.1:${datasetPort}`,
    async register(token) {
      await miniflare.setOptions(optionsWith(token))
      wake()
    },
    stop() {
      clearInterval(cron)
      return miniflare.dispose()
    },
  }
}

/** What Workers say goes to a file, a line each; one that cannot be written is not worth the traffic. */
const keepLog =
  (file: string) =>
  ({ timestamp, level, message }: { timestamp: number; level: string; message: string }) => {
    appendFile(file, `${new Date(timestamp).toISOString()} ${level} ${message}\n`).catch(() => {})
  }

/** A port that stays the same when the instance takes other options, as one chosen by the system would not. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
