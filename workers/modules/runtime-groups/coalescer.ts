/** How a Coalescer tells the time and waits. */
export interface Pace {
  /** Epoch milliseconds. */
  now(): number
  after(ms: number, run: () => void): void
}

/**
 * Runs a piece of work when asked, however often it is asked: never twice at once, and never sooner than `gapMs` after
 * the run before began. Everyone who asks gets the outcome of a run that began after they asked.
 */
export class Coalescer<Outcome> {
  readonly #work: () => Promise<Outcome>
  readonly #gapMs: number
  readonly #pace: Pace
  #running: Promise<unknown> = Promise.resolve()
  #coming: Promise<Outcome> | undefined
  #began = Number.NEGATIVE_INFINITY

  /** `work` must not reject: it answers its failures. */
  constructor(work: () => Promise<Outcome>, gapMs: number, pace: Pace) {
    this.#work = work
    this.#gapMs = gapMs
    this.#pace = pace
  }

  ask(): Promise<Outcome> {
    this.#coming ??= this.#next()
    return this.#coming
  }

  async #next(): Promise<Outcome> {
    await this.#running
    const wait = this.#began + this.#gapMs - this.#pace.now()
    if (wait > 0) await new Promise<void>((resolve) => this.#pace.after(wait, resolve))
    // From here on whoever asks may have seen a change that this run no longer sees.
    this.#coming = undefined
    this.#began = this.#pace.now()
    const run = this.#work()
    this.#running = run
    return run
  }
}
