/** One published state of a group. Times are RFC 3339. */
export interface Version {
  version: number
  root: string
  /** Root of the version before; null for the first. */
  previous: string | null
  /** The last change that it holds: `config_changes.sequence`. */
  sequence: number
  /** Entities by kind. */
  counts: Record<string, number>
  /** Who made the changes. */
  actors: string[]
  /** JWS: see engine/manifest.ts. */
  manifest: string
  created_at: string
  /** Of the manifest, which may be signed anew. */
  issued_at: string
  expires_at: string
}

type Row = Omit<Version, 'counts' | 'actors'> & { counts: string; actors: string }

/** The versions of one group, in the order in which they were published, in the Durable Object's SQLite. */
export class VersionLog {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  prepare(): void {
    this.#sql.exec(`create table if not exists versions (
      version integer primary key, root text not null, previous text, sequence integer not null,
      counts text not null, actors text not null, manifest text not null, created_at text not null,
      issued_at text not null, expires_at text not null)`)
  }

  latest(): Version | undefined {
    return this.#select('order by version desc limit 1')[0]
  }

  append(version: Version): void {
    this.#sql.exec(
      'insert into versions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      version.version,
      version.root,
      version.previous,
      version.sequence,
      JSON.stringify(version.counts),
      JSON.stringify(version.actors),
      version.manifest,
      version.created_at,
      version.issued_at,
      version.expires_at,
    )
  }

  /** Changes up to `sequence` made no difference to the content. */
  advance(version: number, sequence: number): void {
    this.#sql.exec('update versions set sequence = ? where version = ?', sequence, version)
  }

  resign(version: number, signed: Pick<Version, 'manifest' | 'issued_at' | 'expires_at'>): void {
    this.#sql.exec(
      'update versions set manifest = ?, issued_at = ?, expires_at = ? where version = ?',
      signed.manifest,
      signed.issued_at,
      signed.expires_at,
      version,
    )
  }

  /** Newest first, below `before`. */
  list(before: number, size: number): Version[] {
    return this.#select('where version < ? order by version desc limit ?', before, size)
  }

  /** Roots from `base` to `root` in the order of publishing, both included; undefined when there is no such way. */
  path(base: string, root: string, most: number): string[] | undefined {
    const last = this.#find('where root = ?', root)
    const first = last && this.#find('where root = ? and version < ?', base, last.version)
    if (!last || !first || last.version - first.version > most) return undefined
    return this.#select(
      'where version between ? and ? order by version',
      first.version,
      last.version,
    ).map((version) => version.root)
  }

  /** Forgets all but the newest versions. Answers the roots, and pairs of roots, whose content nobody needs any more. */
  prune(keep: number): { roots: string[]; pairs: [string, string][] } {
    const latest = this.latest()?.version ?? 0
    const gone = this.#select('where version <= ?', latest - keep)
    if (gone.length === 0) return { roots: [], pairs: [] }
    this.#sql.exec('delete from versions where version <= ?', latest - keep)
    const kept = this.#select('')
    const roots = new Set(kept.map(({ root }) => root))
    const pairs = new Set(kept.map(({ previous, root }) => `${previous}-${root}`))
    return {
      roots: [...new Set(gone.map(({ root }) => root))].filter((root) => !roots.has(root)),
      pairs: gone.flatMap(({ previous, root }): [string, string][] =>
        previous && !pairs.has(`${previous}-${root}`) ? [[previous, root]] : [],
      ),
    }
  }

  #find(tail: string, ...params: (string | number)[]): Version | undefined {
    return this.#select(`${tail} order by version desc limit 1`, ...params)[0]
  }

  #select(tail: string, ...params: (string | number)[]): Version[] {
    return this.#sql
      .exec<Row & Record<string, SqlStorageValue>>(`select * from versions ${tail}`, ...params)
      .toArray()
      .map((row) => ({
        ...row,
        counts: JSON.parse(row.counts) as Version['counts'],
        actors: JSON.parse(row.actors) as string[],
      }))
  }
}
