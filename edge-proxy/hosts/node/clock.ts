import { type Clock, systemClock } from '../shared/clock.ts'

/** How often the fine clock is held against the system's, and how far it may be off; milliseconds. */
const CHECK_EACH_MS = 1000
const OFF_BY_MS = 20

/**
 * Epoch milliseconds with fractions: latencies of a gateway are less than one. Follows the system's clock when that is
 * set, which `performance` alone does not.
 */
const fineClock = (): (() => number) => {
  let offset = performance.timeOrigin
  let checkAt = 0
  return () => {
    const elapsed = performance.now()
    if (elapsed >= checkAt) {
      checkAt = elapsed + CHECK_EACH_MS
      const off = Date.now() - (offset + elapsed)
      if (Math.abs(off) > OFF_BY_MS) offset += off
    }
    return offset + elapsed
  }
}

/** The clock of a Node process. */
export const nodeClock: Clock = { ...systemClock, now: fineClock() }
