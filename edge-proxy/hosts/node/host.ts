import { hash } from 'node:crypto'
import { hostname } from 'node:os'
import type { Counters, Host, UpstreamAnswer, UpstreamCall } from '#engine/host'
import type { TrafficRecord } from '#engine/record'
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import { outboundFetch } from './outbound.ts'
import { version } from './version.ts'

export interface NodeHostOptions {
  clock: Clock
  log: Log
  call: (call: UpstreamCall) => Promise<UpstreamAnswer>
  /** For requests that plugins make themselves. */
  fetch: typeof fetch
  counters: Counters
  record: (record: TrafficRecord) => void
}

/** What a Node process gives the engine. */
export interface NodeHost extends Host {
  /** The id that the control plane gave this runtime, for logs. */
  identify(id: string): void
  /** Waits for deferred work, at most this many milliseconds; then cancels what was to run later. */
  stop(ms: number): Promise<void>
}

export const nodeHost = (options: NodeHostOptions): NodeHost => {
  const { clock, log, call, counters, record } = options
  const working = new Set<Promise<void>>()
  const timers = new Set<() => void>()
  const node = { id: '', hostname: hostname(), pid: process.pid, version }

  return {
    name: 'node',
    node,
    now: clock.now,
    call,
    fetch: outboundFetch(options.fetch),

    defer(work) {
      const settled: Promise<void> = work.then(
        () => {
          working.delete(settled)
        },
        (error: unknown) => {
          working.delete(settled)
          log('error', `work behind an answer failed: ${messageOf(error)}`)
        },
      )
      working.add(settled)
    },

    after(ms, run) {
      const cancel = () => {
        timers.delete(cancel)
        cancelTimer()
      }
      const cancelTimer = clock.after(ms, () => {
        timers.delete(cancel)
        run()
      })
      timers.add(cancel)
      return cancel
    },

    digest: (secret) => `sha256:${hash('sha256', secret)}`,
    counters,
    record,
    log,

    identify(id) {
      node.id = id
    },

    async stop(ms) {
      let cancelLimit = () => {}
      const limit = new Promise<void>((resolve) => {
        cancelLimit = clock.after(ms, resolve)
      })
      await Promise.race([Promise.all(working), limit])
      cancelLimit()
      for (const cancel of [...timers]) cancel()
    },
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
