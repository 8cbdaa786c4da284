import type { RecordsReport } from '#engine/protocol'
import { type Clock, sleep } from './clock.ts'
import type { Records } from './records.ts'

const FLUSH_EACH_MS = 1000

/** What became of a report: it may be taken another time, or never will be. */
export type Handover = 'taken' | 'later' | 'never'

export interface FlushOptions {
  records: Records
  clock: Clock
  /** Hands a report over. Never rejects. */
  send: (report: RecordsReport) => Promise<Handover>
}

/** Hands traffic over each second. */
export interface Flush {
  /** Sends all that waits, until something is not taken. */
  now(): Promise<void>
  start(): void
  /** Ends after one last flush. */
  stop(): Promise<void>
}

export const createFlush = ({ records, clock, send }: FlushOptions): Flush => {
  const stopping = new AbortController()
  let loop: Promise<void> | undefined
  let underWay: Promise<void> | undefined

  const sendAll = async () => {
    for (let report = records.report(); report; report = records.report()) {
      const outcome = await send(report)
      if (outcome === 'later') return
      if (outcome === 'taken') records.taken()
      else {
        const told = report.points.length > 0
        records.unwanted()
        // Nothing but the count of what was dropped, and not even that is wanted now.
        if (!told) return
      }
    }
  }

  const now = (): Promise<void> => {
    underWay ??= sendAll().finally(() => {
      underWay = undefined
    })
    return underWay
  }

  const run = async () => {
    while (!stopping.signal.aborted) {
      await sleep(clock, FLUSH_EACH_MS, stopping.signal)
      await now()
    }
  }

  return {
    now,
    start() {
      loop ??= run()
    },
    async stop() {
      stopping.abort()
      await (loop ?? now())
    },
  }
}
