import type { JWK } from 'jose'
import type { Point } from './point.ts'
import type { SnapshotEntity } from './snapshot.ts'

/**
 * What runtimes and the control plane say to each other, over HTTP with JSON bodies and bearer tokens.
 *
 * | call | token | answers |
 * |---|---|---|
 * | POST /runtime/v1/register | registration token of the group | 201 Registration |
 * | GET /runtime/v1/config?version=N&wait=25&issued=T | node token | 200 ConfigAnswer when there is a version above N, or version N signed after T (held up to `wait` seconds), else 204 |
 * | GET /runtime/v1/snapshots/{root}?base={root} | node token | 200 SnapshotAnswer |
 * | POST /runtime/v1/status | node token | 204 |
 * | POST /runtime/v1/records | node token | 204 |
 *
 * A token that is not (or no longer) good answers 401; the runtime goes on serving and registers anew if it can.
 */
export interface RegisterRequest {
  /** The runtime's own id when it has registered before. */
  node_id?: string
  hostname: string
  version: string
  host: 'worker' | 'node'
}

export interface Registration {
  node_id: string
  /** Bearer token of this runtime. */
  token: string
  organization: { id: string; name: string }
  group: { id: string; name: string }
  /** Key of the group for sealed secrets, base64url. */
  group_key: string
  /** Keys that may sign the first manifest. */
  keys: JWK[]
}

export interface ConfigAnswer {
  version: number
  manifest: string
}

/** With `base`, only what changed since that root: entities to put, names (`kind/id`) to take away. */
export interface SnapshotAnswer {
  base: string | null
  entities: SnapshotEntity[]
  removed: string[]
}

/** What a runtime runs, and what it would not run. Sent after each apply or refusal, and every 15 seconds. */
export interface StatusReport {
  version: number
  root: string | null
  /** RFC 3339. */
  applied_at: string | null
  hostname: string
  runtime_version: string
  host: 'worker' | 'node'
  started_at: string
  refused: Refused | null
  /** Records dropped because the control plane could not take them. */
  records_dropped: number
  /** Entities that compile but do not act, with the reason. */
  warnings: EntityProblem[]
}

export interface Refused {
  /** Undefined when the answer could not be read far enough to tell. */
  version: number | null
  at: string
  reason: string
  entities: EntityProblem[]
}

export interface EntityProblem {
  kind: string
  id: string
  message: string
}

export interface RecordsReport {
  points: Point[]
  dropped: number
}
