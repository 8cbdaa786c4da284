import type { Counters } from '#engine/host'

/** How many adds pass between two sweeps of expired keys. */
const SWEEP_EVERY = 4096

/**
 * Counters of one isolate. Cloudflare runs many isolates, so a limit counted here holds for each of them, not for all:
 * see capabilities.ts.
 */
export const isolateCounters = (now: () => number): Counters => {
  const held = new Map<string, { value: number; expires: number }>()
  let adds = 0

  const sweep = (time: number) => {
    for (const [key, counter] of held) if (counter.expires <= time) held.delete(key)
  }

  return {
    get(key) {
      const counter = held.get(key)
      return counter && counter.expires > now() ? counter.value : 0
    },
    add(key, amount, expires) {
      const time = now()
      if (++adds % SWEEP_EVERY === 0) sweep(time)
      const counter = held.get(key)
      if (!counter || counter.expires <= time) {
        held.set(key, { value: amount, expires })
        return amount
      }
      counter.value += amount
      counter.expires = expires
      return counter.value
    },
  }
}
