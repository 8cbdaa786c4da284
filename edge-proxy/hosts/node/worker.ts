import { plugins } from '#plugins/index'
import type { Candidate } from '../shared/candidate.ts'
import { createRecords } from '../shared/records.ts'
import { nodeClock } from './clock.ts'
import { processCounters } from './counters.ts'
import { createInProcess } from './in-process.ts'
import { createLog, toStandardError } from './log.ts'
import type { Delivery, FromWorker, ToWorker } from './messages.ts'
import { received } from './received.ts'
import { surviveRejections } from './rejections.ts'
import type { Serving } from './serving.ts'
import { shareCounts } from './shared-counts.ts'

/** How often records and facts go to the primary. */
const TELL_EACH_MS = 1000

/** The life of a worker process: does what the primary says, until it says stop or goes away. */
export const runWorker = (): void => {
  const clock = nodeClock
  const records = createRecords()
  const snapshot = received()
  /** Resolves when it is on its way, or nobody is there any more. */
  const say = (message: FromWorker): Promise<void> =>
    new Promise((resolve) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => resolve())
      else resolve()
    })
  const counts = shareCounts(clock, (additions) => void say({ type: 'counted', additions }))
  const counters = processCounters(clock.now, counts.add)
  let serving: Serving | undefined

  const tell = async (): Promise<void> => {
    for (let report = records.report(); report; report = records.report()) {
      records.taken()
      await say({ type: 'records', report })
    }
    if (serving) await say({ type: 'facts', facts: serving.facts })
  }

  const start = (message: Extract<ToWorker, { type: 'start' }>): void => {
    const { entrances, settings } = message
    const log = createLog({ ...message.log, now: clock.now, write: toStandardError })
    surviveRejections(log)
    serving = createInProcess({
      entrances,
      settings,
      plugins,
      clock,
      log,
      fetch,
      resolve: undefined,
      counters,
      record: records.add,
    })
    setInterval(() => void tell(), TELL_EACH_MS).unref()
  }

  const apply = async (delivery: Delivery): Promise<void> => {
    if (!serving) return
    try {
      const candidate: Candidate = snapshot.candidate(delivery)
      const applied = await serving.apply(candidate)
      if (applied.ok) snapshot.keep(candidate)
      await say({ type: 'applied', applied })
    } catch (error) {
      await say({ type: 'cannot_apply', message: (error as Error).message })
    }
  }

  const listen = async (): Promise<void> => {
    try {
      const ports = await serving?.listen()
      if (ports) await say({ type: 'listening', ports })
    } catch (error) {
      await say({ type: 'cannot_listen', message: (error as Error).message })
    }
  }

  const stop = async (ms: number): Promise<void> => {
    await serving?.stop(ms)
    counts.flush()
    await tell()
    process.exit(0)
  }

  process.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'start':
        return start(message)
      case 'apply':
        return void apply(message.delivery)
      case 'listen':
        return void listen()
      case 'identify':
        return serving?.identify(message.id)
      case 'counted':
        return counters.merge(message.additions)
      case 'stop':
        return void stop(message.ms)
    }
  })
  // Signals of a terminal reach every process of the group; the primary says when to stop.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  void say({ type: 'ready' })
}
