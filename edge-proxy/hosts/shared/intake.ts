import type { Manifest } from '#engine/manifest'
import type { ConfigAnswer, EntityProblem } from '#engine/protocol'
import type { Apply } from './candidate.ts'
import type { Clock } from './clock.ts'
import type { Content } from './content.ts'
import { Away, type ControlPlane, Unauthorized } from './control-plane.ts'
import type { Log } from './log.ts'
import { trustOf } from './membership.ts'
import { ConfigurationRefused } from './refusal.ts'
import type { Refusals } from './refusals.ts'
import type { Member, RegistrationDesk } from './registration.ts'
import type { Store } from './store.ts'
import { readStored, writeStored } from './stored.ts'
import {
  candidateOf,
  checkApplied,
  checkManifest,
  checkRoot,
  contentFrom,
  openContent,
  type Verified,
} from './verify.ts'

export interface IntakeOptions {
  clock: Clock
  log: Log
  store: Store
  /** Milliseconds that a manifest may be used after it expired. */
  grace: number
  apply: Apply
  remote: ControlPlane
  desk: RegistrationDesk
  refused: Refusals
}

/** The one door to the gateway: what does not prove itself is refused here, and what serves goes on serving. */
export interface Intake {
  /** What is in use; undefined before the first. */
  readonly serving: Verified | undefined
  /** Epoch milliseconds. */
  readonly appliedAt: number | undefined
  readonly warnings: EntityProblem[]
  /** Takes the stored snapshot, or the one before it when that one does not prove itself. */
  restore(member: Member): Promise<void>
  /** Takes what the control plane offers. `again`: it was refused before, for the same reason. Throws Away, Unauthorized. */
  accept(member: Member, offer: ConfigAnswer): Promise<'current' | 'applied' | 'refused' | 'again'>
  /** The runtime belongs to another group now: what it serves is no base for changes. */
  startOver(): void
}

export const createIntake = (options: IntakeOptions): Intake => {
  const { clock, log, store, grace, remote, desk, refused } = options
  let serving: Verified | undefined
  let appliedAt: number | undefined
  let warnings: EntityProblem[] = []
  /** Whether the stored current snapshot is one that proved itself. */
  let storedIsGood = false

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
    await save(verified, storedIsGood)
  }

  const save = async (verified: Verified, keepCurrent: boolean): Promise<void> => {
    try {
      await store.saveSnapshot(writeStored(verified), keepCurrent)
      storedIsGood = true
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      log('error', `could not store version ${verified.manifest.version}: ${reason}`)
    }
  }

  /** A manifest signed anew for what is in use: later keys, a later end. Without it the next version could not be trusted. */
  const renew = async (jws: string, manifest: Manifest): Promise<void> => {
    if (!serving || manifest.version !== serving.manifest.version) return
    if (Date.parse(manifest.issued_at) <= Date.parse(serving.manifest.issued_at)) return
    serving = { ...serving, jws, manifest }
    await desk.advance(manifest)
    await save(serving, false)
    log('info', `the manifest of version ${manifest.version} was signed anew`)
  }

  const has = ({ version, root }: Manifest): boolean => {
    if (!serving) return false
    const { manifest } = serving
    return version < manifest.version || (version === manifest.version && root === manifest.root)
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

  const prove = async (member: Member, jws: string, manifest: Manifest): Promise<Verified> => {
    const content = await contentFor(member, manifest)
    checkRoot(content, manifest)
    const opened = await openContent(content, serving, member.secrets)
    return { jws, manifest, content, opened }
  }

  const restoreFrom = async (slot: 'current' | 'previous', member: Member): Promise<boolean> => {
    try {
      const text = await store.loadSnapshot(slot)
      if (text === undefined) return false
      const { membership, secrets } = member
      await put(await readStored(text, membership, { grace, now: clock.now(), secrets }))
      return true
    } catch (error) {
      refused.noteStored(ConfigurationRefused.from(error, undefined), slot)
      return false
    }
  }

  return {
    get serving() {
      return serving
    },
    get appliedAt() {
      return appliedAt
    },
    get warnings() {
      return warnings
    },

    async restore(member) {
      storedIsGood = await restoreFrom('current', member)
      if (!storedIsGood) await restoreFrom('previous', member)
    },

    async accept(member, offer) {
      let { version } = offer
      try {
        const trust = trustOf(member.membership, grace)
        const manifest = await checkManifest(offer.manifest, trust, clock.now())
        version = manifest.version
        if (has(manifest)) {
          await renew(offer.manifest, manifest)
          return 'current'
        }
        const verified = await prove(member, offer.manifest, manifest)
        // Where questions can overlap, the answer to another may have come first.
        if (has(manifest)) return 'current'
        await put(verified)
        await keep(verified)
        return 'applied'
      } catch (error) {
        if (error instanceof Away || error instanceof Unauthorized) throw error
        return refused.note(ConfigurationRefused.from(error, version)) ? 'refused' : 'again'
      }
    },

    startOver() {
      serving = undefined
      refused.forget()
    },
  }
}
