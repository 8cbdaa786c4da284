import type { Sync, Turn } from '../shared/sync.ts'
import { defer } from './defer.ts'

/** How often requests may make the isolate ask for a newer configuration. */
const EVERY_MS = 1000
/** How often the control plane hears what runs here, in step with the Node data plane. */
const REPORT_EVERY_MS = 15_000
/** After this a question is taken for lost: the request that asked it is gone. */
const LOST_MS = 30_000

export interface Refresh {
  /** Something to wait for while the isolate has no configuration at all; undefined when it has one. */
  ready(): Promise<void> | undefined
  /** Asks for a newer configuration behind the request that is being handled, at most once a second. */
  nudge(): void
  /** Asks now, and answers when done. */
  now(): Promise<Turn>
}

/**
 * A Worker has no life between requests, so requests carry the synchronisation: the first of an isolate waits for the
 * last good configuration, every later one is served from memory and may ask, behind its answer, for a newer one.
 */
export const refresh = (sync: Sync, configured: () => boolean, now: () => number): Refresh => {
  let loading: Promise<void> | undefined
  let asking = false
  let askedAt = Number.NEGATIVE_INFINITY
  let reportedAt = Number.NEGATIVE_INFINITY

  const ask = async (): Promise<Turn> => {
    asking = true
    askedAt = now()
    try {
      const turn = await sync.turn(0)
      if (now() - reportedAt >= REPORT_EVERY_MS) {
        reportedAt = now()
        defer(sync.report())
      }
      return turn
    } finally {
      asking = false
    }
  }

  const load = async () => {
    try {
      if ((await sync.restore()) === 0) await ask()
    } finally {
      loading = undefined
    }
  }

  return {
    ready() {
      if (configured()) return undefined
      if (!loading) {
        if (now() - askedAt < EVERY_MS) return undefined
        loading = load()
        // Kept alive by itself: others wait for it too, and the client of this request may leave.
        defer(loading)
      }
      return loading
    },
    nudge() {
      const since = now() - askedAt
      if (since < EVERY_MS || (asking && since < LOST_MS)) return
      defer(ask())
    },
    now: ask,
  }
}
