import { Log, LogLevel, type MiniflareOptions } from 'miniflare'

type WorkerOptions = Extract<MiniflareOptions, { workers: unknown }>['workers'][number]
type WorkerConfig = WorkerOptions['config']

/** As in wrangler.toml. */
const COMPATIBILITY_DATE = '2026-10-01'

/** One Worker of one module, as Miniflare takes it. */
export const workerOptions = (
  name: string,
  code: string,
  env: NonNullable<WorkerConfig['env']>,
  more: Partial<WorkerConfig> = {},
  dev: WorkerOptions['dev'] = {},
): WorkerOptions => ({
  config: {
    name,
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: ['nodejs_compat'],
    manifest: { mainModule: 'index.js', modules: { 'index.js': { type: 'esm', contents: code } } },
    env,
    ...more,
  },
  dev,
})

/** What every instance of the local platform has in common: loopback only, no calls home, state in one folder. */
export const instanceOptions = (state: string) =>
  ({
    host: '127.0.0.1',
    cf: false,
    logRequests: false,
    enableDevRegistry: false,
    telemetry: { enabled: false },
    resourcePersistencePath: state,
    log: new Log(LogLevel.WARN),
  }) as const
