import cluster from 'node:cluster'
import { fileURLToPath } from 'node:url'
import { InvalidOption, settingsFrom } from '../shared/settings.ts'
import { readTrustedKeys } from '../shared/trust.ts'
import { nodeClock } from './clock.ts'
import { CannotListen } from './listening.ts'
import { createLog, toStandardError } from './log.ts'
import { readLogOptions } from './log-options.ts'
import { help, readCommandLine } from './options.ts'
import { surviveRejections } from './rejections.ts'
import { type Runtime, startRuntime } from './runtime.ts'
import { runWorker } from './worker.ts'

/** The Node data plane as a program. Exit code 2: it was started in a way that cannot work. */
const main = async (): Promise<void> => {
  const { env } = process
  const asked = readCommandLine(process.argv.slice(2), env)
  if (asked === 'help') {
    process.stdout.write(help())
    return
  }
  const { proxy, proxyTls, status, workers, home, controlPlane, registrationToken, grace } = asked
  const settings = settingsFrom(env)
  const logOptions = readLogOptions(env)
  const trustedKeys = readTrustedKeys(env)
  const log = createLog({ ...logOptions, now: nodeClock.now, write: toStandardError })

  surviveRejections(log)

  let runtime: Runtime | undefined
  let stopping = false
  const stop = async (why: string): Promise<void> => {
    if (stopping) {
      log('warn', `${why} again: ending now`)
      process.exit(1)
    }
    stopping = true
    log('info', `${why}: requests under way may end, then this ends`)
    await runtime?.stop()
    log('info', 'ended')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
  // Whoever started us with a channel is gone when it closes.
  if (process.channel) process.on('disconnect', () => void stop('the parent process ended'))

  runtime = await startRuntime({
    entrances: { proxy, proxyTls },
    status,
    settings,
    log,
    controlPlane: { url: controlPlane, registrationToken, trustedKeys, home, grace },
    workers: { count: workers, entry: fileURLToPath(import.meta.url), workerLog: logOptions },
  })
}

if (cluster.isWorker) runWorker()
else {
  main().catch((error: unknown) => {
    const expected = error instanceof InvalidOption || error instanceof CannotListen
    process.stderr.write(`${expected ? error.message : reasonOf(error)}\n`)
    process.exit(expected ? 2 : 1)
  })
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
