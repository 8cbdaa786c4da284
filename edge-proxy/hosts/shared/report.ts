import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

const REPORT_EACH_MS = 15_000

export interface ReporterOptions {
  clock: Clock
  log: Log
  /** Says what there is to say at that moment. Rejects when the control plane did not take it. */
  send: () => Promise<void>
}

/** Tells the control plane what runs here: at once when something happened, and every 15 seconds. */
export interface Reporter {
  /** Reports now, or right after the report that is under way. Never rejects. */
  report(): Promise<void>
  /** Reports every 15 seconds until stopped. */
  start(): void
  stop(): void
}

export const reporter = ({ clock, log, send }: ReporterOptions): Reporter => {
  let underWaySince: number | undefined
  let again = false
  let cancel: (() => void) | undefined
  let stopped = false

  const sendAll = async () => {
    do {
      again = false
      underWaySince = clock.now()
      try {
        await send()
      } catch (error) {
        log('debug', `status report not taken: ${(error as Error).message}`)
      }
    } while (again && !stopped)
    underWaySince = undefined
  }

  const report = async (): Promise<void> => {
    // A report that takes this long is lost: a Worker's call dies with the request that it was made for.
    const busy = underWaySince !== undefined && clock.now() - underWaySince < REPORT_EACH_MS
    if (busy) again = true
    else await sendAll()
  }

  const tick = () => {
    cancel = clock.after(REPORT_EACH_MS, () => {
      tick()
      void report()
    })
  }

  return {
    report,
    start: tick,
    stop() {
      stopped = true
      cancel?.()
    },
  }
}
