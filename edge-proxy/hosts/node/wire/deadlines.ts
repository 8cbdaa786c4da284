/** Something that may not take for ever. */
export interface Watched {
  /** By the clock of the deadlines that watch it; 0 for none. */
  deadline: number
  expire(): void
}

export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number
  /** Runs again and again; answers how to stop it. Must not keep the process alive. */
  every(ms: number, run: () => void): () => void
}

const systemClock: Clock = {
  now: () => performance.now(),
  every(ms, run) {
    const timer = setInterval(run, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
}

/**
 * One timer for all time limits. Connections set a number instead of making timers for each request; a sweep every
 * `resolution` milliseconds finds who is late. A limit is kept to within two sweeps, never early.
 */
export class Deadlines {
  private readonly watched = new Set<Watched>()
  private readonly resolution: number
  private readonly clock: Clock
  private stop: (() => void) | undefined
  private now = 0

  constructor(resolution = 50, clock: Clock = systemClock) {
    this.resolution = resolution
    this.clock = clock
  }

  /** The deadline that is so many milliseconds away; none for 0. */
  in(ms: number): number {
    if (!this.stop) this.now = this.clock.now()
    return ms <= 0 ? 0 : this.now + ms + this.resolution
  }

  watch(item: Watched): void {
    if (!this.stop) {
      this.now = this.clock.now()
      this.stop = this.clock.every(this.resolution, () => this.sweep())
    }
    this.watched.add(item)
  }

  forget(item: Watched): void {
    if (!this.watched.delete(item) || this.watched.size > 0) return
    this.stop?.()
    this.stop = undefined
  }

  private sweep(): void {
    const now = this.clock.now()
    // When the process was held up, what came in meanwhile was not read yet: nobody is late by that time.
    const late = now - this.now - this.resolution
    const held = late > this.resolution ? late : 0
    this.now = now
    for (const item of this.watched) {
      if (item.deadline === 0) continue
      if (held > 0) item.deadline += held
      if (item.deadline > now) continue
      item.deadline = 0
      item.expire()
    }
  }
}
