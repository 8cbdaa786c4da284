import { hostname } from 'node:os'
import type { Records } from '../shared/records.ts'
import type { Sync } from '../shared/sync.ts'
import type { Serving } from './serving.ts'
import type { Status } from './status.ts'
import { version } from './version.ts'

/** What a runtime without a control plane was told to serve. */
export interface LocalConfiguration {
  version: number
  root: string | null
  counts: Record<string, number>
  /** Epoch milliseconds. */
  applied_at: number | undefined
}

export interface StatusSources {
  sync: Sync | undefined
  local: LocalConfiguration
  serving: Serving
  records: Records
  /** Milliseconds since the start. */
  uptime: number
}

/** The state of a runtime, for its status page. */
export const statusOf = ({ sync, local, serving, records, uptime }: StatusSources): Status => {
  const state = sync?.state
  const { version: configuration, root, counts, applied_at } = state ?? local
  return {
    node_id: state?.node_id ?? null,
    hostname: hostname(),
    runtime_version: version,
    host: 'node',
    version: configuration,
    root,
    counts,
    applied_at: isoOf(applied_at),
    refused: state?.refused ?? null,
    control_plane: state
      ? { connected: state.connected, last_contact: isoOf(state.last_contact) }
      : null,
    workers: serving.workers,
    ...serving.facts,
    uptime: Math.floor(uptime / 1000),
    records: { waiting: records.waiting, dropped: records.dropped },
  }
}

const isoOf = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString()
