import type { Applied } from '#engine/gateway'
import type { RecordsReport } from '#engine/protocol'
import type { Settings } from '#engine/settings'
import type { SnapshotEntity } from '#engine/snapshot'
import type { Addition } from './counters.ts'
import type { LogLevel } from './log.ts'
import type { Address } from './options.ts'

/** Where traffic comes in. */
export interface Entrances {
  proxy: Address | undefined
  proxyTls: Address | undefined
}

/** What traffic costs this process, or all of them together. */
export interface Facts {
  connections: number
  /** Since the start. */
  requests: number
  memory: { rss: number; heap_used: number }
}

/** A snapshot for a worker process: whole, or as a change of the one that it has. Secrets are open. */
export interface Delivery {
  version: number
  root: string
  base: string | null
  put: readonly SnapshotEntity[]
  removed: readonly string[]
}

/** What the primary says to a worker process. */
export type ToWorker =
  | {
      type: 'start'
      entrances: Entrances
      settings: Settings
      log: { level: LogLevel; format: 'text' | 'json' }
    }
  | { type: 'apply'; delivery: Delivery }
  | { type: 'listen' }
  | { type: 'identify'; id: string }
  | { type: 'counted'; additions: Addition[] }
  | { type: 'stop'; ms: number }

/** What a worker process says to the primary. */
export type FromWorker =
  /** It runs and waits for `start`. */
  | { type: 'ready' }
  | { type: 'applied'; applied: Applied }
  /** It could not even try. */
  | { type: 'cannot_apply'; message: string }
  | { type: 'listening'; ports: Ports }
  | { type: 'cannot_listen'; message: string }
  | { type: 'records'; report: RecordsReport }
  | { type: 'counted'; additions: Addition[] }
  | { type: 'facts'; facts: Facts }

export interface Ports {
  proxy: number | undefined
  proxyTls: number | undefined
}
