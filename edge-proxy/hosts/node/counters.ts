import type { Counters } from '#engine/host'

/** How often expired counters are looked for. */
const SWEEP_EACH_MS = 10_000

interface Count {
  value: number
  /** Epoch milliseconds. */
  expires: number
}

/** An amount that was added to a counter. */
export type Addition = [key: string, amount: number, expires: number]

/** Counters of this process. */
export interface ProcessCounters extends Counters {
  /** Adds what another process counted. */
  merge(additions: readonly Addition[]): void
  /** Forgets what expired. */
  sweep(): void
  readonly size: number
}

/**
 * Counts in memory. `onAdd` sees every addition made here, for hosts that count in several processes.
 */
export const processCounters = (
  now: () => number,
  onAdd?: (key: string, amount: number, expires: number) => void,
): ProcessCounters => {
  const counts = new Map<string, Count>()
  let sweepAt = now() + SWEEP_EACH_MS

  const sweep = () => {
    const time = now()
    sweepAt = time + SWEEP_EACH_MS
    for (const [key, count] of counts) if (count.expires <= time) counts.delete(key)
  }

  const put = (key: string, amount: number, expires: number): number => {
    const time = now()
    if (time >= sweepAt) sweep()
    const count = counts.get(key)
    if (!count || count.expires <= time) {
      counts.set(key, { value: amount, expires })
      return amount
    }
    count.value += amount
    count.expires = expires
    return count.value
  }

  return {
    get(key) {
      const count = counts.get(key)
      return count && count.expires > now() ? count.value : 0
    },

    add(key, amount, expires) {
      onAdd?.(key, amount, expires)
      return put(key, amount, expires)
    },

    merge(additions) {
      for (const [key, amount, expires] of additions) put(key, amount, expires)
    },

    sweep,

    get size() {
      return counts.size
    },
  }
}
