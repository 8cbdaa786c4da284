/** How to end what was started so far. What is added after the end is ended at once: a start can be broken off at any moment. */
export interface Stops {
  add(end: () => unknown): void
  /** Ends everything; later calls wait for the same end. */
  all(): Promise<void>
}

export const stopsOf = (): Stops => {
  const ends: (() => unknown)[] = []
  let stopped: Promise<void> | undefined

  const endAll = async () => {
    while (ends.length > 0) await Promise.all(ends.splice(0).map((end) => end()))
  }
  return {
    add(end) {
      ends.push(end)
      if (stopped) stopped = stopped.then(endAll)
    },
    all() {
      stopped ??= endAll()
      return stopped
    },
  }
}
