import type { Clock } from '../shared/clock.ts'
import type { Addition } from './counters.ts'

/** How long additions of one process may be unknown to the others. */
const SHARE_EACH_MS = 100

/**
 * Gathers what a process counts and hands it on ten times a second, so that processes of one runtime count together,
 * a tenth of a second behind each other. Likes are added up first.
 */
export const shareCounts = (clock: Clock, send: (additions: Addition[]) => void) => {
  const gathered = new Map<string, Addition>()
  let cancel: (() => void) | undefined

  const flush = () => {
    cancel?.()
    cancel = undefined
    if (gathered.size === 0) return
    send([...gathered.values()])
    gathered.clear()
  }

  return {
    add(key: string, amount: number, expires: number): void {
      const sum = gathered.get(key)
      gathered.set(key, [key, (sum?.[1] ?? 0) + amount, expires])
      cancel ??= clock.after(SHARE_EACH_MS, flush)
    },
    flush,
  }
}
