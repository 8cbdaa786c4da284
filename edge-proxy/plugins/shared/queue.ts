import * as z from 'zod'
import type { Host } from '#engine/host'
import { between, nullable, numberBetween, optional, record } from '#model/types'

/** Kong's queue parameters, the same in every plugin that sends in the background. */
export const queueSettings = record({
  max_batch_size: nullable(between(1, 1_000_000), 1).meta({
    description: 'Most entries sent at once.',
  }),
  max_coalescing_delay: nullable(numberBetween(0, 3600), 1).meta({
    description: 'Seconds that an entry may wait for others to be sent with it.',
  }),
  max_entries: nullable(between(1, 1_000_000), 10_000).meta({
    description: 'Most entries that wait; beyond it the oldest are dropped.',
  }),
  max_bytes: optional(z.int()).meta({
    description: 'Most bytes that wait; beyond it the oldest are dropped.',
  }),
  max_retry_time: nullable(z.number(), 60).meta({
    description: 'Seconds after which a batch that cannot be sent is given up.',
  }),
  initial_retry_delay: nullable(numberBetween(0.001, 1_000_000), 0.01).meta({
    description: 'Seconds before the first retry; doubled for each further one.',
  }),
  max_retry_delay: nullable(numberBetween(0.001, 1_000_000), 60).meta({
    description: 'Most seconds between two retries.',
  }),
  concurrency_limit: nullable(z.literal([-1, 1]), 1).meta({
    description: 'Batches on their way at once; -1 sends each entry at once, on its own.',
  }),
}).meta({ description: 'How records wait, are put together, and are sent again.' })

export type QueueSettings = z.output<typeof queueSettings>

export interface QueueOptions {
  host: Host
  /** For log lines. */
  name: string
  settings: QueueSettings
  /** Sends a batch; answers why it failed, or nothing. */
  send(entries: string[]): Promise<string | undefined>
}

/**
 * Sends entries in the background: puts them into batches, retries with growing delays, forgets the oldest when too
 * many wait. No request waits for it. A batch is sent within the life of the request that completed it, or of the one
 * whose entry opened it: a Worker can do nothing outside of a request.
 */
export class Queue {
  readonly #host: Host
  readonly #name: string
  readonly #send: QueueOptions['send']
  readonly #batch: number
  readonly #delay: number
  readonly #most: number
  readonly #mostBytes: number
  readonly #patience: number
  readonly #retryDelay: number
  readonly #retryDelayMost: number
  readonly #unlimited: boolean
  #waiting: string[] = []
  #bytes = 0
  /** Names the batch that is being put together, so that a timer of an earlier one does nothing. */
  #generation = 0
  /** When the batch that is being put together must go, epoch milliseconds; undefined while nothing waits. */
  #due: number | undefined
  /** Until when the batch on its way can take; epoch milliseconds. A Worker may end a request's work halfway. */
  #busyUntil = 0

  constructor({ host, name, settings, send }: QueueOptions) {
    this.#host = host
    this.#name = name
    this.#send = send
    this.#batch = settings.max_batch_size ?? 1
    this.#delay = (settings.max_coalescing_delay ?? 1) * 1000
    this.#most = settings.max_entries ?? 10_000
    this.#mostBytes = settings.max_bytes ?? Number.POSITIVE_INFINITY
    this.#patience = (settings.max_retry_time ?? 60) * 1000
    this.#retryDelay = (settings.initial_retry_delay ?? 0.01) * 1000
    this.#retryDelayMost = (settings.max_retry_delay ?? 60) * 1000
    this.#unlimited = settings.concurrency_limit === -1
  }

  push(entry: string): void {
    if (this.#unlimited) {
      this.#host.defer(this.#deliver([entry]))
      return
    }
    if (entry.length > this.#mostBytes) {
      this.#host.log('error', `${this.#name}: an entry is larger than max_bytes and was dropped`)
      return
    }
    this.#waiting.push(entry)
    this.#bytes += entry.length
    this.#dropOldest()
    this.#advance()
  }

  #dropOldest(): void {
    let dropped = 0
    while (this.#waiting.length > this.#most || this.#bytes > this.#mostBytes) {
      this.#bytes -= (this.#waiting.shift() as string).length
      dropped++
    }
    if (dropped > 0) {
      this.#host.log('error', `${this.#name}: queue is full, ${dropped} oldest entries dropped`)
    }
  }

  /** Sends when a batch is full and nothing is on its way; else sees to it that it is looked at again. */
  #advance(): void {
    if (this.#host.now() < this.#busyUntil || this.#waiting.length === 0) return
    const now = this.#host.now()
    // It can be past due: a Worker's timers end with the request that set them.
    if (this.#waiting.length >= this.#batch || (this.#due ?? now + this.#delay) <= now) {
      this.#flush()
      return
    }
    if (this.#due !== undefined) return
    this.#due = now + this.#delay
    const generation = this.#generation
    this.#host.after(this.#delay, () => {
      if (generation !== this.#generation || this.#host.now() < this.#busyUntil) return
      if (this.#waiting.length > 0) this.#flush()
    })
  }

  #flush(): void {
    const entries = this.#waiting.splice(0, this.#batch)
    for (const entry of entries) this.#bytes -= entry.length
    this.#generation++
    this.#due = undefined
    this.#busyUntil = this.#host.now() + this.#patience + GRACE
    this.#host.defer(
      this.#deliver(entries).finally(() => {
        this.#busyUntil = 0
        this.#advance()
      }),
    )
  }

  async #deliver(entries: string[]): Promise<void> {
    const started = this.#host.now()
    for (let retries = 0; ; retries++) {
      const problem = await this.#attempt(entries)
      if (problem === undefined) return
      const elapsed = this.#host.now() - started
      if (elapsed > this.#patience) {
        this.#host.log(
          'error',
          `${this.#name}: could not send, ${entries.length} entries lost: ${problem}`,
        )
        return
      }
      this.#host.log('warn', `${this.#name}: could not send, will try again: ${problem}`)
      await this.#pause(Math.min(this.#retryDelayMost, 2 ** retries * this.#retryDelay))
    }
  }

  async #attempt(entries: string[]): Promise<string | undefined> {
    try {
      return await this.#send(entries)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#host.after(ms, resolve)
    })
  }
}

/** Milliseconds beyond its retries that a batch may take before it counts as lost. */
const GRACE = 60_000
