import type { Pace } from './coalescer.ts'

interface Waiter {
  until: number
  done: () => void
}

/**
 * Those who wait for something to happen, each for a time of its own, on one timer: a Durable Object that only waits
 * should hold as little as possible.
 */
export class Waiters {
  readonly #waiting = new Set<Waiter>()
  readonly #pace: Pace
  /** When the timer that is set fires; infinite when none is. */
  #due = Number.POSITIVE_INFINITY

  constructor(pace: Pace) {
    this.#pace = pace
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Ends at the next `wake`, or after `ms`. */
  wait(ms: number): Promise<void> {
    return new Promise((done) => {
      const until = this.#pace.now() + ms
      this.#waiting.add({ until, done })
      this.#arm(until)
    })
  }

  wake(): void {
    for (const { done } of this.#waiting) done()
    this.#waiting.clear()
  }

  #arm(until: number): void {
    if (until >= this.#due) return
    this.#due = until
    this.#pace.after(Math.max(0, until - this.#pace.now()), () => this.#expire())
  }

  #expire(): void {
    this.#due = Number.POSITIVE_INFINITY
    const now = this.#pace.now()
    let next = Number.POSITIVE_INFINITY
    for (const waiter of this.#waiting) {
      if (waiter.until > now) next = Math.min(next, waiter.until)
      else {
        this.#waiting.delete(waiter)
        waiter.done()
      }
    }
    this.#arm(next)
  }
}
