/** The periods that limits are counted over, shortest first. */
export const periods = ['second', 'minute', 'hour', 'day', 'month', 'year'] as const

export type Period = (typeof periods)[number]

/** A stretch of UTC calendar time, in epoch milliseconds; `end` is the first that is past it. */
export interface Window {
  start: number
  end: number
}

const LENGTHS: Partial<Record<Period, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
}

/** The window of a period that a moment (epoch milliseconds) lies in. Windows begin at whole UTC units. */
export const windowAt = (period: Period, now: number): Window => {
  const length = LENGTHS[period]
  if (length !== undefined) {
    const start = Math.floor(now / length) * length
    return { start, end: start + length }
  }
  const year = new Date(now).getUTCFullYear()
  if (period === 'year') return { start: Date.UTC(year, 0), end: Date.UTC(year + 1, 0) }
  const month = new Date(now).getUTCMonth()
  return { start: Date.UTC(year, month), end: Date.UTC(year, month + 1) }
}
