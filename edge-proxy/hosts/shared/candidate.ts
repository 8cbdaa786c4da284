import type { Applied } from '#engine/gateway'
import type { SnapshotEntity } from '#engine/snapshot'

/** A verified snapshot on its way into the gateway: secrets are open, the root is the signed one. */
export interface Candidate {
  version: number
  root: string
  /** All of it. */
  entities: readonly SnapshotEntity[]
  /** The same as a change of what was applied last; undefined for the first. */
  change: Change | undefined
}

export interface Change {
  /** Root of the snapshot that it changes. */
  base: string
  put: SnapshotEntity[]
  /** Names, `kind/id`. */
  removed: string[]
}

/** Puts a candidate into use: in one process the gateway's own `apply`, with workers all of theirs. */
export type Apply = (candidate: Candidate) => Applied | Promise<Applied>
