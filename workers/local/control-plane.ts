import { bundleWorker } from './bundle.ts'
import { openHome, randomSecret } from './home.ts'
import { applyMigrations } from './migrations.ts'
import { inProject } from './paths.ts'
import { readSettings } from './settings.ts'
import { createInstance, instanceOptions, workerOptions } from './worker-options.ts'

/**
 * The control plane, as a process of its own: it may go, and the data planes go on. `npm run control-plane` starts it again
 * alone, with the same variables as `npm start`.
 */
const { home: folder, ports } = readSettings([], process.env)
const home = openHome(folder)
const datasetUrl = home.read('dataset-url')
if (!datasetUrl) {
  console.error(`${home.path('dataset-url')} is missing: npm start writes it`)
  process.exit(1)
}

/** What Workers answer before the console's files are looked at. The same list is in wrangler.toml. */
const RUN_WORKER_FIRST = [
  '/v2/*',
  '/admin/*',
  '/runtime/*',
  '/openapi.json',
  '/reference',
  '/health',
]

const [control, dataset] = await Promise.all([
  bundleWorker(inProject('workers/control.ts')),
  bundleWorker(inProject('workers/local/cloudflare/dataset-client.ts')),
])

const miniflare = createInstance({
  ...instanceOptions(home.path('state', 'control')),
  port: ports.control,
  workers: [
    workerOptions(
      'tidegate',
      control,
      {
        DB: { type: 'd1', id: 'tidegate' },
        CONTENT: { type: 'r2', name: 'tidegate-content' },
        GROUPS: { type: 'durable-object', worker: 'tidegate', exportName: 'RuntimeGroup' },
        ANALYTICS: {
          type: 'worker',
          worker: 'dataset',
          exportName: 'Dataset',
          props: { dataset: 'tidegate_requests' },
        },
        ANALYTICS_SQL: { type: 'worker', worker: 'dataset', exportName: 'Sql' },
        ASSETS: { type: 'assets' },
        TIDEGATE_SECRET: { type: 'text', value: home.secret('secret', randomSecret) },
        TIDEGATE_SETUP_TOKEN: { type: 'text', value: home.secret('setup-token', randomSecret) },
      },
      {
        exports: { RuntimeGroup: { type: 'durable-object', storage: 'sqlite' } },
        assets: {
          directory: inProject('dist/console'),
          hasUserWorker: true,
          notFoundHandling: 'single-page-application',
          runWorkerFirst: RUN_WORKER_FIRST,
        },
      },
    ),
    workerOptions('dataset', dataset, {
      DATASET_URL: { type: 'text', value: datasetUrl },
    }),
  ],
})

const stop = async () => {
  await miniflare.dispose()
  process.exit(0)
}
for (const event of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(event, stop)

await miniflare.ready
await applyMigrations(await miniflare.getD1Database('DB', 'tidegate'), inProject('migrations'))
process.send?.('ready')
