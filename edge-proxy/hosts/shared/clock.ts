/** Time as the host has it. Tests inject their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Runs once, at least this many milliseconds from now. Answers how to cancel it. */
  after(ms: number, run: () => void): () => void
}

/** The platform's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** Waits, or less when the signal aborts. Never rejects. */
export const sleep = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const done = () => {
      cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal?.addEventListener('abort', done)
  })
