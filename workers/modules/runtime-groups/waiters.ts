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
      this.#waiting.add({ until: this.#pace.now() + ms, done })
      this.#arm()
    })
  }

  wake(): void {
    for (const { done } of this.#waiting) done()
    this.#waiting.clear()
  }

  #arm(): void {
    const first = Math.min(...Array.from(this.#waiting, ({ until }) => until))
    if (first >= this.#due) return
    this.#due = first
    this.#pace.after(Math.max(0, first - this.#pace.now()), () => this.#expire())
  }

  #expire(): void {
    this.#due = Number.POSITIVE_INFINITY
    const now = this.#pace.now()
    for (const waiter of this.#waiting) {
      if (waiter.until > now) continue
      this.#waiting.delete(waiter)
      waiter.done()
    }
    if (this.#waiting.size > 0) this.#arm()
  }
}
