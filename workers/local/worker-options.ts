import { Log, LogLevel, Miniflare, type MiniflareOptions } from 'miniflare'

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

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * An instance that leaves signals to us: by itself Miniflare ends the process at once, before other parts could stop. Its
 * hook on the exit of the process stays.
 */
export const createInstance = (options: MiniflareOptions): Miniflare => {
  const ours = SIGNALS.map((signal) => new Set(process.listeners(signal)))
  const miniflare = new Miniflare(options)
  for (const [at, signal] of SIGNALS.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!ours[at]?.has(listener)) process.removeListener(signal, listener)
    }
  }
  return miniflare
}

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
