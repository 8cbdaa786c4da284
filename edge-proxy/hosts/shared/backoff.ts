const FIRST_MS = 250
const LONGEST_MS = 15_000

/** Waiting times that double from 250 ms to 15 s, each shortened by up to half so that runtimes do not return in step. */
export interface Backoff {
  /** How long to wait now, in milliseconds. */
  next(): number
  /** Begins anew, after something went well. */
  reset(): void
}

export const backoff = (random: () => number): Backoff => {
  let failures = 0
  return {
    next() {
      const full = Math.min(FIRST_MS * 2 ** failures, LONGEST_MS)
      failures = Math.min(failures + 1, 16)
      return full * (1 - random() / 2)
    },
    reset() {
      failures = 0
    },
  }
}
