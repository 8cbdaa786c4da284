import { sleep, systemClock } from '../shared/clock.ts'
import type { Sync, Turn } from '../shared/sync.ts'
import { defer } from './defer.ts'

/** How long a question may be held until there is something new, in seconds: work behind an answer may take 30. */
const WAIT_S = 20
/** How long to let the control plane be after a question that it did not hold. */
const PAUSE_MS = 1000
/** How often the control plane hears what runs here, in step with the Node data plane. */
const REPORT_EVERY_MS = 15_000
/** After this a question is taken for lost: the request that asked it is gone. */
const LOST_MS = 30_000

export interface Refresh {
  /** Something to wait for while the isolate has no configuration at all; undefined when it has one. */
  ready(): Promise<void> | undefined
  /**
   * Sees to it that a question for a newer configuration is out, behind the request that is being handled. The control plane
   * holds it, so a change is live when the next one comes in, and a busy isolate asks every 20 seconds.
   */
  nudge(): void
  /** Keeps a question out without any request, for about this many milliseconds and never much longer. */
  keep(ms: number): Promise<void>
}

/**
 * A Worker has no life between requests, so requests carry the synchronisation: the first of an isolate waits for the
 * last good configuration, every later one is served from memory and may ask, behind its answer, for a newer one.
 */
export const refresh = (sync: Sync, configured: () => boolean, now: () => number): Refresh => {
  let loading: Promise<void> | undefined
  /** The latest question, while it is out. */
  let out: symbol | undefined
  let askedAt = Number.NEGATIVE_INFINITY
  let reportedAt = now()

  /** Out of touch, a first question is answered at once: so the control plane hears soon that we are there. */
  const ask = async (longest: number): Promise<Turn> => {
    const wait = sync.state.connected ? longest : 0
    const mine = Symbol()
    out = mine
    askedAt = now()
    try {
      const turn = await sync.turn(wait)
      if (now() - reportedAt >= REPORT_EVERY_MS) {
        reportedAt = now()
        defer(sync.report())
      }
      if (turn === 'applied') askedAt = Number.NEGATIVE_INFINITY
      return turn
    } finally {
      if (out === mine) out = undefined
    }
  }

  /** Whether no question is out, and the last one is long enough ago. */
  const isDue = (): boolean => now() - askedAt >= (out ? LOST_MS : PAUSE_MS)

  const load = async () => {
    try {
      if ((await sync.restore()) === 0) await ask(0)
    } finally {
      loading = undefined
    }
  }

  return {
    ready() {
      if (configured()) return undefined
      if (!loading) {
        if (now() - askedAt < PAUSE_MS) return undefined
        loading = load()
        // Kept alive by itself: others wait for it too, and the client of this request may leave.
        defer(loading)
      }
      return loading
    },
    nudge() {
      if (isDue()) defer(ask(WAIT_S))
    },
    async keep(ms) {
      const until = now() + ms - WAIT_S * 1000
      do {
        if (isDue()) await ask(WAIT_S)
        else await sleep(systemClock, PAUSE_MS)
      } while (now() < until)
    },
  }
}
