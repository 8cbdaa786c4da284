import type { Refused } from '#engine/protocol'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { ConfigurationRefused } from './refusal.ts'

/** How long a refused version is left alone before it is looked at again. */
const LEFT_ALONE_MS = 60_000

/** What was refused last. It stays in the report until a newer version than that is in use. */
export interface Refusals {
  readonly last: Refused | null
  /** Notes and logs a refusal, and leaves its version alone for a while. Answers false when it is known already. */
  note(refusal: ConfigurationRefused): boolean
  /** The same for what was stored: its version is welcome from the control plane. */
  noteStored(refusal: ConfigurationRefused, slot: string): void
  /** A version came into use. */
  accepted(version: number): void
  /** The version that is left alone for now; 0 for none. */
  leftAlone(): number
  /** What was refused was of another group. */
  forget(): void
}

export const refusals = (clock: Clock, log: Log): Refusals => {
  let last: Refused | null = null
  let clearedAbove: number | undefined
  let leftAlone = 0
  let leftAloneUntil = 0

  const set = (refusal: ConfigurationRefused, reason: string): boolean => {
    const { problems, version = null } = refusal
    if (last?.version === version && last.reason === reason) return false
    last = { version, at: new Date(clock.now()).toISOString(), reason, entities: problems }
    clearedAbove = version ?? undefined
    log('error', `configuration refused: ${reason}`, {
      ...(version === null ? {} : { version }),
      ...(problems.length === 0 ? {} : { entities: problems }),
    })
    return true
  }

  return {
    get last() {
      return last
    },

    note(refusal) {
      leftAlone = refusal.version ?? 0
      leftAloneUntil = clock.now() + LEFT_ALONE_MS
      return set(refusal, refusal.message)
    },

    noteStored(refusal, slot) {
      set(refusal, `stored ${slot} snapshot: ${refusal.message}`)
    },

    accepted(version) {
      if (last === null) return
      // What could not be read far enough to tell its version counts as the first version after it.
      clearedAbove ??= version
      if (version > clearedAbove) last = null
    },

    leftAlone: () => (clock.now() < leftAloneUntil ? leftAlone : 0),

    forget() {
      last = null
      leftAloneUntil = 0
    },
  }
}
