import type { Pace } from '../../../workers/modules/runtime-groups/coalescer.ts'

/** A clock that moves when told, and then runs what is due. */
export const fakePace = () => {
  let now = 1_000_000
  let timers: { due: number; run: () => void }[] = []
  const pace: Pace = {
    now: () => now,
    after: (ms, run) => void timers.push({ due: now + ms, run }),
  }
  return {
    ...pace,
    get timers() {
      return timers.length
    },
    async pass(ms: number) {
      now += ms
      const due = timers.filter((timer) => timer.due <= now)
      timers = timers.filter((timer) => timer.due > now)
      for (const { run } of due) run()
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    },
  }
}
