import type { EntityProblem, Refused, StatusReport } from '#engine/protocol'

/** What a runtime last said of itself. Times are RFC 3339. */
export interface NodeState {
  id: string
  last_seen: string
  version: number
  root: string | null
  applied_at: string | null
  started_at: string | null
  refused: Refused | null
  warnings: EntityProblem[]
  records_dropped: number
  hostname: string | null
  runtime_version: string | null
  host: 'worker' | 'node' | null
}

interface Row extends Record<string, SqlStorageValue> {
  id: string
  last_seen: number
  version: number
  status: string | null
}

/** The runtimes of one group: when each was heard of, and what it runs. In the Durable Object's SQLite. */
export class Roster {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  prepare(): void {
    this.#sql.exec(`create table if not exists nodes (
      id text primary key, last_seen integer not null, version integer not null, status text)`)
  }

  /** A runtime asked for configuration; `version` is what it has. `at`: epoch milliseconds. */
  seen(id: string, version: number, at: number): void {
    this.#sql.exec(
      `insert into nodes (id, last_seen, version) values (?, ?, ?)
       on conflict (id) do update set last_seen = max(last_seen, excluded.last_seen), version = excluded.version`,
      id,
      at,
      version,
    )
  }

  report(id: string, status: StatusReport, at: number): void {
    this.#sql.exec(
      `insert into nodes (id, last_seen, version, status) values (?, ?, ?, ?)
       on conflict (id) do update set last_seen = max(last_seen, excluded.last_seen), version = excluded.version,
       status = excluded.status`,
      id,
      at,
      status.version,
      JSON.stringify(status),
    )
  }

  forget(id: string): void {
    this.#sql.exec('delete from nodes where id = ?', id)
  }

  all(): NodeState[] {
    return this.#rows('').map(stateOf)
  }

  /** Whether any runtime was heard of since (epoch milliseconds). */
  activeSince(at: number): boolean {
    return this.#rows('where last_seen >= ? limit 1', at).length > 0
  }

  #rows(tail: string, ...params: (string | number)[]): Row[] {
    return this.#sql.exec<Row>(`select * from nodes ${tail}`, ...params).toArray()
  }
}

const stateOf = ({ id, last_seen, version, status }: Row): NodeState => {
  const said = status === null ? undefined : (JSON.parse(status) as StatusReport)
  return {
    id,
    last_seen: new Date(last_seen).toISOString(),
    version,
    root: said?.root ?? null,
    applied_at: said?.applied_at ?? null,
    started_at: said?.started_at ?? null,
    refused: said?.refused ?? null,
    warnings: said?.warnings ?? [],
    records_dropped: said?.records_dropped ?? 0,
    hostname: said?.hostname ?? null,
    runtime_version: said?.runtime_version ?? null,
    host: said?.host ?? null,
  }
}
