import { backoff } from './backoff.ts'
import { type Clock, sleep } from './clock.ts'
import type { Turn } from './sync.ts'

/** Seconds that the control plane may hold a question. */
const WAIT_SECONDS = 25
/** An answer that comes faster than this was not waited for. */
const AT_ONCE_MS = 500

export interface TurningOptions {
  clock: Clock
  random: () => number
  signal: AbortSignal
  turn: (wait: number) => Promise<Turn>
  /** Whether the last call was answered: if not, the next asks without waiting, to learn of it soon. */
  connected: () => boolean
}

/**
 * Asks again and again until the signal aborts. What came to nothing at once (no control plane, a version refused again)
 * is tried again after a growing while; a version that was taken is followed by the next question without any.
 */
export const keepTurning = async (options: TurningOptions): Promise<void> => {
  const { clock, random, signal, turn, connected } = options
  const pause = backoff(random)
  while (!signal.aborted) {
    const waiting = connected()
    const began = clock.now()
    const outcome = await turn(waiting ? WAIT_SECONDS : 0)
    const waited = clock.now() - began >= AT_ONCE_MS
    if (outcome === 'applied' || (outcome === 'current' && (waited || !waiting))) pause.reset()
    else await sleep(clock, pause.next(), signal)
  }
}
