const whole = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** A count: exact while that can be read at a glance. */
export const countText = (count: number): string =>
  count < 100_000 ? whole.format(count) : short.format(count)

/** Milliseconds, in the unit that fits. */
export const latencyText = (ms: number | null | undefined): string => {
  if (ms === null || ms === undefined) return '–'
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}

const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** Bytes, in the unit that fits. */
export const bytesText = (bytes: number): string => {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** A part of a whole as percent. */
export const shareText = (part: number, all: number): string => {
  if (all === 0) return '–'
  const percent = (part / all) * 100
  if (percent > 0 && percent < 0.1) return '<0.1 %'
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`
}
