import type { JWK } from 'jose'
import type { Manifest } from '#engine/manifest'
import type {
  ConfigAnswer,
  EntityProblem,
  RecordsReport,
  Refused,
  RegisterRequest,
  StatusReport,
} from '#engine/protocol'
import type { Apply } from './candidate.ts'
import type { Clock } from './clock.ts'
import { contact } from './contact.ts'
import type { Content } from './content.ts'
import { Away, controlPlane, Unauthorized } from './control-plane.ts'
import type { Log } from './log.ts'
import { sameGroup, trustOf } from './membership.ts'
import { ConfigurationRefused } from './refusal.ts'
import { refusals } from './refusals.ts'
import { type Member, registrationDesk } from './registration.ts'
import { reporter } from './report.ts'
import type { Store } from './store.ts'
import { readStored, writeStored } from './stored.ts'
import { keepTurning } from './turning.ts'
import {
  candidateOf,
  checkApplied,
  checkManifest,
  checkRoot,
  contentFrom,
  openContent,
  type Verified,
} from './verify.ts'

export interface SyncOptions {
  /** Base URL of the control plane. */
  url: string
  /** Registers the runtime, now or when its own token is no longer good. */
  registrationToken: string | undefined
  /** Keys that must sign the first manifest, whatever the registration says. */
  trustedKeys: JWK[] | undefined
  identity: Omit<RegisterRequest, 'node_id'>
  fetch: typeof fetch
  clock: Clock
  /** From 0 up to 1. */
  random: () => number
  store: Store
  log: Log
  /** Milliseconds that a manifest may be used after it expired. */
  grace: number
  apply: Apply
  /** The control plane's id for this runtime is known, or another than before. */
  onRegistered?: (node_id: string) => void
  /** Traffic records dropped since the start. */
  recordsDropped: () => number
  /** Keeps work alive that nobody waits for. */
  defer: (work: Promise<unknown>) => void
}

/** What one question to the control plane came to. */
export type Turn = 'current' | 'applied' | 'refused' | 'away' | 'unauthorized'

export interface SyncState {
  readonly node_id: string | undefined
  readonly group_id: string | undefined
  /** 0 before the first. */
  readonly version: number
  readonly root: string | null
  /** Entities by kind. */
  readonly counts: Readonly<Record<string, number>>
  /** Epoch milliseconds. */
  readonly applied_at: number | undefined
  readonly connected: boolean
  /** Epoch milliseconds of the last answer of the control plane. */
  readonly last_contact: number | undefined
  readonly refused: Refused | null
}

/** Keeps a runtime at the newest configuration that it can trust. */
export interface Sync {
  /** Serves the stored snapshot when one proves itself. Needs no network. Answers the version, 0 for none. */
  restore(): Promise<number>
  /** Asks once, waiting up to `wait` seconds for something new; registers first when it must. Never rejects. */
  turn(wait: number): Promise<Turn>
  /** Turns until stopped, backs off while the control plane is away, reports every 15 seconds. */
  start(): void
  /** Tells the control plane what runs here, for hosts without timers. Never rejects. */
  report(): Promise<void>
  /** Hands traffic over to the control plane. Answers whether it took it. */
  sendRecords(report: RecordsReport): Promise<boolean>
  /** Ends calls under way, and waits for what they were doing. */
  stop(): Promise<void>
  readonly state: SyncState
}

export const createSync = (options: SyncOptions): Sync => {
  const { clock, store, log, grace, identity, registrationToken: token, defer } = options
  const stopping = new AbortController()
  const remote = controlPlane({ ...options, signal: stopping.signal })
  const desk = registrationDesk({ ...options, remote, token })
  const refused = refusals(clock, log)
  const control = contact(clock, log)
  const startedAt = clock.now()

  let serving: Verified | undefined
  let warnings: EntityProblem[] = []
  let appliedAt: number | undefined
  /** Whether the stored current snapshot is one that proved itself. */
  let storedIsGood = false
  let loop: Promise<void> | undefined

  const status = (): StatusReport => ({
    version: serving?.manifest.version ?? 0,
    root: serving?.content.root ?? null,
    applied_at: appliedAt === undefined ? null : new Date(appliedAt).toISOString(),
    hostname: identity.hostname,
    runtime_version: identity.version,
    host: identity.host,
    started_at: new Date(startedAt).toISOString(),
    refused: refused.last,
    records_dropped: options.recordsDropped(),
    warnings,
  })

  const reports = reporter({
    clock,
    log,
    async send() {
      const member = desk.member
      if (!member) return
      await remote.status(member.membership.registration.token, status())
      control.heard()
    },
  })

  const put = async (verified: Verified): Promise<void> => {
    const { version, root, counts } = verified.manifest
    const applied = await options.apply(candidateOf(verified, serving))
    warnings = checkApplied(applied, version)
    serving = verified
    appliedAt = clock.now()
    refused.accepted(version)
    log('info', `version ${version} is live: ${verified.opened.size} entities`, { root, counts })
    for (const { kind, id, message } of warnings) log('warn', `${kind} ${id}: ${message}`)
  }

  const keep = async (verified: Verified): Promise<void> => {
    await desk.advance(verified.manifest)
    try {
      await store.saveSnapshot(writeStored(verified), storedIsGood)
      storedIsGood = true
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      log('error', `could not store version ${verified.manifest.version}: ${reason}`)
    }
  }

  const fetchContent = async (member: Member, root: string, base: Content | undefined) => {
    const bearer = member.membership.registration.token
    return contentFrom(await remote.snapshot(bearer, root, base?.root), base)
  }

  /** The content of a manifest: what we have, else what changed, else all of it. */
  const contentFor = async (member: Member, { root, version }: Manifest): Promise<Content> => {
    const base = serving?.content
    if (base?.root === root) return base
    if (base) {
      const content = await fetchContent(member, root, base)
      if (content.root === root) return content
      log('warn', `the change to version ${version} does not add up; fetching all of it`)
    }
    return fetchContent(member, root, undefined)
  }

  const accept = async (member: Member, answer: ConfigAnswer): Promise<Turn> => {
    let version = answer.version
    try {
      const trust = trustOf(member.membership, grace)
      const manifest = await checkManifest(answer.manifest, trust, clock.now())
      version = manifest.version
      if (has(manifest)) return 'current'
      const content = await contentFor(member, manifest)
      checkRoot(content, manifest)
      const opened = await openContent(content, serving, member.secrets)
      // Where turns can overlap, another may have come first.
      if (has(manifest)) return 'current'
      const verified = { jws: answer.manifest, manifest, content, opened }
      await put(verified)
      await keep(verified)
      defer(reports.report())
      return 'applied'
    } catch (error) {
      if (error instanceof Away || error instanceof Unauthorized) throw error
      const refusal = ConfigurationRefused.from(error, version)
      if (refused.note(refusal)) defer(reports.report())
      return 'refused'
    }
  }

  const has = ({ version, root }: Manifest): boolean => {
    if (!serving) return false
    const { manifest } = serving
    return version < manifest.version || (version === manifest.version && root === manifest.root)
  }

  const join = async (): Promise<Member> => {
    const before = desk.member?.membership
    const member = await desk.register()
    control.heard()
    // What another group signed goes on being served until this one sends its own, but is no base for it.
    if (before && !sameGroup(before, member.membership)) serving = undefined
    return member
  }

  const ask = async (wait: number): Promise<ConfigAnswer | undefined> => {
    const member = desk.member ?? (await join())
    const have = Math.max(serving?.manifest.version ?? 0, refused.leftAlone())
    const answer = await remote.config(member.membership.registration.token, have, wait)
    control.heard()
    return answer
  }

  const askAsMember = async (wait: number): Promise<ConfigAnswer | undefined> => {
    try {
      return await ask(wait)
    } catch (error) {
      const forgotten = error instanceof Unauthorized && desk.member && token !== undefined
      if (!forgotten) throw error
      log('warn', 'the control plane does not know this runtime any more; registering anew')
      await join()
      return ask(0)
    }
  }

  const restoreFrom = async (slot: 'current' | 'previous', member: Member): Promise<boolean> => {
    try {
      const text = await store.loadSnapshot(slot)
      if (text === undefined) return false
      const { membership, secrets } = member
      const verified = await readStored(text, membership, { grace, now: clock.now(), secrets })
      await put(verified)
      return true
    } catch (error) {
      refused.noteStored(ConfigurationRefused.from(error, undefined), slot)
      return false
    }
  }

  const turn = async (wait: number): Promise<Turn> => {
    try {
      const answer = await askAsMember(wait)
      return answer && desk.member ? await accept(desk.member, answer) : 'current'
    } catch (error) {
      if (error instanceof Error && !stopping.signal.aborted) control.lost(error)
      return error instanceof Unauthorized ? 'unauthorized' : 'away'
    }
  }

  return {
    get state() {
      return {
        node_id: desk.member?.membership.registration.node_id,
        group_id: desk.member?.membership.registration.group.id,
        version: serving?.manifest.version ?? 0,
        root: serving?.content.root ?? null,
        counts: serving?.manifest.counts ?? {},
        applied_at: appliedAt,
        connected: control.connected,
        last_contact: control.last,
        refused: refused.last,
      }
    },

    async restore() {
      await desk.load()
      if (!desk.member) return 0
      storedIsGood = await restoreFrom('current', desk.member)
      if (!storedIsGood) await restoreFrom('previous', desk.member)
      return serving?.manifest.version ?? 0
    },

    turn,
    report: reports.report,

    start() {
      const { random } = options
      reports.start()
      const signal = stopping.signal
      loop ??= keepTurning({ clock, random, signal, turn, connected: () => control.connected })
    },

    async sendRecords(report) {
      if (!control.connected || !desk.member) return false
      try {
        await remote.records(desk.member.membership.registration.token, report)
        return true
      } catch (error) {
        log('debug', `records not taken: ${(error as Error).message}`)
        return false
      }
    },

    async stop() {
      stopping.abort()
      reports.stop()
      await loop
    },
  }
}
