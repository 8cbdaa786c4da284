import type { JWK } from 'jose'
import type {
  ConfigAnswer,
  RecordsReport,
  Refused,
  RegisterRequest,
  StatusReport,
} from '#engine/protocol'
import type { Apply } from './candidate.ts'
import type { Clock } from './clock.ts'
import { contact } from './contact.ts'
import { controlPlane, Unauthorized, Unwanted } from './control-plane.ts'
import type { Handover } from './flush.ts'
import { createIntake } from './intake.ts'
import type { Log } from './log.ts'
import { sameGroup } from './membership.ts'
import { refusals } from './refusals.ts'
import { type Member, registrationDesk } from './registration.ts'
import { reporter } from './report.ts'
import type { Store } from './store.ts'
import { keepTurning } from './turning.ts'

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
  /** Hands traffic over to the control plane. Never rejects. */
  sendRecords(report: RecordsReport): Promise<Handover>
  /** Ends calls under way, and waits for what they were doing. */
  stop(): Promise<void>
  readonly state: SyncState
}

export const createSync = (options: SyncOptions): Sync => {
  const { clock, log, identity, registrationToken: token, defer } = options
  const stopping = new AbortController()
  const remote = controlPlane({ ...options, signal: stopping.signal })
  const desk = registrationDesk({ ...options, remote, token })
  const refused = refusals(clock, log)
  const intake = createIntake({ ...options, remote, desk, refused })
  const control = contact(clock, log)
  const startedAt = clock.now()
  let loop: Promise<void> | undefined

  const status = (): StatusReport => ({
    version: intake.serving?.manifest.version ?? 0,
    root: intake.serving?.content.root ?? null,
    applied_at: intake.appliedAt === undefined ? null : new Date(intake.appliedAt).toISOString(),
    hostname: identity.hostname,
    runtime_version: identity.version,
    host: identity.host,
    started_at: new Date(startedAt).toISOString(),
    refused: refused.last,
    records_dropped: options.recordsDropped(),
    warnings: intake.warnings,
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

  const join = async (): Promise<Member> => {
    const before = desk.member?.membership
    const member = await desk.register()
    control.heard()
    // What another group signed goes on being served until this one sends its own.
    if (before && !sameGroup(before, member.membership)) intake.startOver()
    return member
  }

  const ask = async (wait: number): Promise<ConfigAnswer | undefined> => {
    const member = desk.member ?? (await join())
    const have = Math.max(intake.serving?.manifest.version ?? 0, refused.leftAlone())
    const inUse = intake.serving?.manifest
    const issued = inUse?.version === have ? inUse.issued_at : undefined
    const { token: bearer } = member.membership.registration
    const back = !control.connected
    const answer = await remote.config(bearer, have, wait, issued)
    control.heard()
    // What is applied is reported anyway; this is for what was there before we could say so.
    if (back && answer === undefined) defer(reports.report())
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

  const turn = async (wait: number): Promise<Turn> => {
    try {
      const offer = await askAsMember(wait)
      if (!offer || !desk.member) return 'current'
      const outcome = await intake.accept(desk.member, offer)
      if (outcome === 'applied' || outcome === 'refused') defer(reports.report())
      return outcome === 'again' ? 'refused' : outcome
    } catch (error) {
      if (error instanceof Error && !stopping.signal.aborted) control.lost(error)
      return error instanceof Unauthorized ? 'unauthorized' : 'away'
    }
  }

  return {
    get state() {
      const { serving, appliedAt } = intake
      const registration = desk.member?.membership.registration
      return {
        node_id: registration?.node_id,
        group_id: registration?.group.id,
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
      if (desk.member) await intake.restore(desk.member)
      return intake.serving?.manifest.version ?? 0
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
      if (!control.connected || !desk.member) return 'later'
      try {
        await remote.records(desk.member.membership.registration.token, report)
        return 'taken'
      } catch (error) {
        const never = error instanceof Unwanted
        log(never ? 'warn' : 'debug', `records not taken: ${(error as Error).message}`)
        return never ? 'never' : 'later'
      }
    },

    async stop() {
      stopping.abort()
      reports.stop()
      await loop
    },
  }
}
