import type { ConfigAnswer, EntityProblem, StatusReport } from '#engine/protocol'
import { databaseOf } from '#workers/db/database'
import type { Env } from '#workers/env'
import { Coalescer, type Pace } from './coalescer.ts'
import { contentStore } from './content.ts'
import { ittyDurable } from './itty.ts'
import {
  draftVersion,
  GroupGone,
  type Known,
  lastChange,
  PublishRefused,
  signVersion,
} from './publishing.ts'
import { type NodeState, Roster } from './roster.ts'
import { RESIGN_BEFORE_MS } from './signing.ts'
import { type Version, VersionLog } from './versions.ts'
import { Waiters } from './waiters.ts'

/** What a runtime says that it has; `issued` of the manifest, null when it does not ask for a later one. */
interface Held {
  version: number
  issued: string | null
}

/** Publishes of one group begin at least this far apart. */
const PUBLISH_GAP_MS = 200
/** How often a group with runtimes looks for changes that nobody told it of. */
const WATCH_MS = 30_000
/** A group whose runtimes were all silent for this long stops looking; a poll starts it again. */
const IDLE_MS = 10 * 60_000
/** A call that was cut off in the middle of a publish is made up for after this time. */
const SAFETY_MS = 2_000
const MOST_BACKOFF_MS = 60_000
const LONGEST_WAIT_MS = 25_000
/** Versions that are kept, and how many steps a runtime may be behind and still get a delta. */
const KEPT_VERSIONS = 200
const MOST_STEPS = 16

export interface PublishError {
  /** RFC 3339. */
  at: string
  message: string
  entities: EntityProblem[]
  /** Tries in a row that failed. */
  tries: number
}

/** What a publish came to. Never an exception: a rejected call of a Durable Object is hard to tell from a lost one. */
export type PublishOutcome =
  | { ok: true; version: number; root: string }
  | { ok: false; error: PublishError }

export interface GroupState {
  latest: Omit<Version, 'manifest'> | null
  /** Why the last try to publish failed; null when it did not. */
  error: PublishError | null
}

const pace: Pace = { now: Date.now, after: (ms, run) => void setTimeout(run, ms) }

/**
 * One runtime group: the order of its versions, who has which, and the runtimes that wait for the next one. The
 * configuration itself stays in D1 and R2. Times that decide about runtimes come from the caller.
 */
export class RuntimeGroup extends ittyDurable<Env>(['changed', 'summary']) {
  #id: string
  readonly #versions: VersionLog
  readonly #roster: Roster
  readonly #waiters = new Waiters(pace)
  readonly #publishes = new Coalescer(() => this.#publish(), PUBLISH_GAP_MS, pace)
  #known: Known | undefined

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#versions = new VersionLog(ctx.storage.sql)
    this.#roster = new Roster(ctx.storage.sql)
    this.#prepare()
    this.#id = this.#storedId() ?? ctx.id.name ?? ''
    ctx.blockConcurrencyWhile(async () => {
      if (this.#versions.latest()) await this.#watch(SAFETY_MS)
    })
  }

  /** The group was made. Alarms may come without the object's name: it keeps its own. */
  async begin(group_id: string): Promise<PublishOutcome> {
    this.#id = group_id
    this.ctx.storage.sql.exec('insert or replace into self values (1, ?)', group_id)
    return this.changed()
  }

  /** Something changed. Answers when what is now in the system of record is published, or why it could not be. */
  async changed(): Promise<PublishOutcome> {
    await this.#watch(SAFETY_MS)
    return this.#publishes.ask()
  }

  /**
   * What a runtime should have instead of what it has, or null when it is up to date for `wait` milliseconds.
   * `at`: now, epoch milliseconds.
   */
  async poll(node: string, has: Held, wait: number, at: number): Promise<ConfigAnswer | null> {
    this.#roster.seen(node, has.version, at)
    await this.#watch(WATCH_MS, SAFETY_MS)
    await this.#renew()
    const answer = this.#answerTo(has)
    if (answer || wait <= 0) return answer
    await this.#waiters.wait(Math.min(wait, LONGEST_WAIT_MS))
    return this.#answerTo(has)
  }

  /** A runtime says what it runs. `at`: now, epoch milliseconds. */
  async report(node: string, status: StatusReport, at: number): Promise<void> {
    this.#roster.report(node, status, at)
    await this.#watch(WATCH_MS)
  }

  summary(): GroupState {
    const latest = this.#versions.latest()
    if (!latest) return { latest: null, error: this.#error() }
    const { manifest: _, ...rest } = latest
    return { latest: rest, error: this.#error() }
  }

  /** What runtimes last said, and what they should run. */
  roster(): { latest: { version: number; root: string } | null; nodes: NodeState[] } {
    const latest = this.#versions.latest()
    return {
      latest: latest ? { version: latest.version, root: latest.root } : null,
      nodes: this.#roster.all(),
    }
  }

  /** Newest first, below `before`. */
  versions(before: number, size: number): Omit<Version, 'manifest'>[] {
    return this.#versions.list(before, size).map(({ manifest: _, ...rest }) => rest)
  }

  /** Roots on the way from one version's content to another's; null when a delta is not worth it. */
  path(base: string, root: string): string[] | null {
    return this.#versions.path(base, root, MOST_STEPS) ?? null
  }

  forget(node: string): void {
    this.#roster.forget(node)
  }

  /** Signs the latest version again, with the keys and the licence of today, and tells the runtimes. */
  async resign(): Promise<void> {
    await this.#renew(true)
  }

  /** The group was deleted: forgets everything. */
  async remove(): Promise<void> {
    await this.ctx.storage.deleteAlarm()
    await this.ctx.storage.deleteAll()
    this.#known = undefined
    this.#prepare()
    this.#waiters.wake()
  }

  async alarm(): Promise<void> {
    if (this.#error() || (await this.#isBehind())) await this.#publishes.ask()
    await this.#renew()
    if (this.#roster.activeSince(Date.now() - IDLE_MS)) await this.#watch(WATCH_MS)
  }

  #prepare(): void {
    this.#versions.prepare()
    this.#roster.prepare()
    const { sql } = this.ctx.storage
    sql.exec('create table if not exists self (one integer primary key, id text not null)')
    sql.exec('create table if not exists failure (one integer primary key, error text not null)')
  }

  #storedId(): string | undefined {
    return this.ctx.storage.sql.exec<{ id: string }>('select id from self').toArray()[0]?.id
  }

  async #publish(): Promise<PublishOutcome> {
    try {
      const latest = this.#versions.latest()
      const draft = await draftVersion(this.env, this.#id, latest, this.#known, Date.now())
      this.#failed(null)
      if (!draft.changed) {
        const { version, root } = latest as Version
        this.#versions.advance(version, draft.sequence)
        return { ok: true, version, root }
      }
      const { version, hashes } = draft
      this.#versions.append(version)
      this.#known = { root: version.root, hashes }
      this.#waiters.wake()
      await contentStore(this.env.CONTENT, this.#id).remove(this.#versions.prune(KEPT_VERSIONS))
      return { ok: true, version: version.version, root: version.root }
    } catch (problem) {
      return { ok: false, error: await this.#failure(problem) }
    }
  }

  async #failure(problem: unknown): Promise<PublishError> {
    const error: PublishError = {
      at: new Date().toISOString(),
      message: problem instanceof Error ? problem.message : String(problem),
      entities: problem instanceof PublishRefused ? problem.entities : [],
      tries: (this.#error()?.tries ?? 0) + 1,
    }
    if (problem instanceof GroupGone) await this.remove()
    else {
      this.#failed(error)
      await this.#watch(Math.min(1000 * 2 ** error.tries, MOST_BACKOFF_MS))
    }
    return error
  }

  async #isBehind(): Promise<boolean> {
    const latest = this.#versions.latest()
    if (!latest) return true
    try {
      return (await lastChange(databaseOf(this.env), this.#id)) > latest.sequence
    } catch (problem) {
      await this.#failure(problem)
      return false
    }
  }

  /** Signs the latest version again when its manifest has not long to live. The old one stays good until then. */
  async #renew(now = false): Promise<void> {
    const latest = this.#versions.latest()
    if (!latest) return
    if (!now && Date.parse(latest.expires_at) - Date.now() > RESIGN_BEFORE_MS) return
    try {
      const signed = await signVersion(this.env, databaseOf(this.env), this.#id, latest, Date.now())
      this.#versions.resign(latest.version, signed)
      this.#waiters.wake()
    } catch (problem) {
      await this.#failure(problem)
    }
  }

  #answerTo({ version, issued }: Held): ConfigAnswer | null {
    const latest = this.#versions.latest()
    if (!latest || latest.version < version) return null
    const signedAnew = issued !== null && Date.parse(issued) < Date.parse(latest.issued_at)
    if (latest.version === version && !signedAnew) return null
    return { version: latest.version, manifest: latest.manifest }
  }

  #error(): PublishError | null {
    const [row] = this.ctx.storage.sql
      .exec<{ error: string }>('select error from failure')
      .toArray()
    return row ? (JSON.parse(row.error) as PublishError) : null
  }

  #failed(error: PublishError | null): void {
    if (!error) this.ctx.storage.sql.exec('delete from failure')
    else
      this.ctx.storage.sql.exec(
        'insert into failure values (1, ?) on conflict (one) do update set error = excluded.error',
        JSON.stringify(error),
      )
  }

  /** Sees to it that the alarm rings within `ms`; after `idleMs` when it was not going to ring at all. */
  async #watch(ms: number, idleMs = ms): Promise<void> {
    const set = await this.ctx.storage.getAlarm()
    const due = Date.now() + (set === null ? idleMs : ms)
    if (set === null || set > due) await this.ctx.storage.setAlarm(due)
  }
}
