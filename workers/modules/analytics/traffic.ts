import { ask } from './dataset.ts'
import { LatencySketch, type Percentiles } from './percentiles.ts'
import type { Filters, Line, Measure, Question } from './question.ts'

/** Seconds of a range, and of one stretch in it. */
export const ranges = {
  '15m': { seconds: 900, step: 10 },
  '1h': { seconds: 3600, step: 60 },
  '24h': { seconds: 86_400, step: 600 },
  '7d': { seconds: 604_800, step: 3600 },
} as const

export type Range = keyof typeof ranges

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const
export type StatusClass = (typeof CLASSES)[number]

interface Counts extends Percentiles {
  requests: number
  by_class: Record<StatusClass, number>
}

export interface Slice extends Counts {
  /** Of the route or service; empty for requests that had none. */
  id: string
}

/** Times are RFC 3339, latencies milliseconds, sizes bytes. */
export interface Traffic {
  range: Range
  step_seconds: number
  from: string
  to: string
  totals: Counts & { request_bytes: number; response_bytes: number }
  /** Every stretch of the range, the quiet ones too. The last one is still going on. */
  series: (Counts & { at: string })[]
  by_route?: Slice[]
  by_service?: Slice[]
}

export interface TrafficQuestion {
  group: string
  range: Range
  where?: Filters
  /** Also apart by these. */
  by?: ('route' | 'service')[]
}

const SLICES = 20

/** The traffic of a group up to now (epoch milliseconds). Throws Problem `unavailable`. */
export const trafficOf = async (
  env: Parameters<typeof ask>[0],
  { group, range, where, by = [] }: TrafficQuestion,
  now: number,
): Promise<Traffic> => {
  const { seconds, step } = ranges[range]
  const to = (Math.floor(now / 1000 / step) + 1) * step
  const from = to - seconds
  const span = { group, from, to, ...(where ? { where } : {}) }

  const [statuses, buckets, by_route, by_service] = await Promise.all([
    ask(env, {
      ...span,
      step,
      by: ['status'],
      sum: ['requests', 'request_bytes', 'response_bytes'],
    }),
    ask(env, { ...span, step, by: ['bucket'], sum: ['requests'] }),
    by.includes('route') ? slicesOf(env, span, 'route') : undefined,
    by.includes('service') ? slicesOf(env, span, 'service') : undefined,
  ])

  const whole = new Tally()
  const stretches = new Map<number, Tally>()
  for (let at = from; at < to; at += step) stretches.set(at, new Tally())
  for (const line of statuses) {
    whole.addStatus(line)
    stretches.get(line.at)?.addStatus(line)
  }
  for (const line of buckets) {
    whole.addBucket(line)
    stretches.get(line.at)?.addBucket(line)
  }
  return {
    range,
    step_seconds: step,
    from: instant(from),
    to: instant(to),
    totals: {
      ...whole.counts(),
      request_bytes: total(statuses, 'request_bytes'),
      response_bytes: total(statuses, 'response_bytes'),
    },
    series: [...stretches].map(([at, tally]) => ({ at: instant(at), ...tally.counts() })),
    ...(by_route ? { by_route } : {}),
    ...(by_service ? { by_service } : {}),
  }
}

/** The routes or services with the most requests. */
const slicesOf = async (
  env: Parameters<typeof ask>[0],
  span: Pick<Question, 'group' | 'from' | 'to' | 'where'>,
  dimension: 'route' | 'service',
): Promise<Slice[]> => {
  const slices = new Map<string, Tally>()
  for (const line of await ask(env, { ...span, by: [dimension, 'status'], sum: ['requests'] })) {
    const id = line.text(dimension)
    const tally = slices.get(id) ?? new Tally()
    slices.set(id, tally)
    tally.addStatus(line)
  }
  const busiest = [...slices].sort(([, a], [, b]) => b.requests - a.requests).slice(0, SLICES)
  if (busiest.length === 0) return []
  const where = { ...span.where, [dimension]: busiest.map(([id]) => id) }
  const buckets = await ask(env, { ...span, where, by: [dimension, 'bucket'], sum: ['requests'] })
  for (const line of buckets) slices.get(line.text(dimension))?.addBucket(line)
  return busiest.map(([id, tally]) => ({ id, ...tally.counts() }))
}

class Tally {
  requests = 0
  readonly #byClass: Record<StatusClass, number> = {
    '1xx': 0,
    '2xx': 0,
    '3xx': 0,
    '4xx': 0,
    '5xx': 0,
  }
  readonly #latencies = new LatencySketch()

  addStatus(line: Line): void {
    const count = line.sum('requests')
    this.requests += count
    const found = CLASSES.find((name) => name[0] === line.text('status')[0])
    if (found) this.#byClass[found] += count
  }

  addBucket(line: Line): void {
    this.#latencies.add(line.bucket, line.sum('requests'))
  }

  counts(): Counts {
    return {
      requests: this.requests,
      by_class: this.#byClass,
      ...this.#latencies.percentiles(),
    }
  }
}

const total = (lines: Line[], measure: Measure): number =>
  lines.reduce((sum, line) => sum + line.sum(measure), 0)

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString()
