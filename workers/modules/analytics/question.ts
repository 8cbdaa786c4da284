/** A column of the dataset that requests can be told apart by. See `dataPointOf` in engine/point.ts. */
export const dimensions = {
  node: 'blob2',
  host: 'blob3',
  route: 'blob4',
  service: 'blob5',
  consumer: 'blob6',
  method: 'blob7',
  status: 'blob8',
  source: 'blob9',
  bucket: 'double2',
} as const

/** A column that adds up. */
export const measures = {
  requests: 'double1',
  latency: 'double3',
  gateway_latency: 'double4',
  upstream_latency: 'double5',
  request_bytes: 'double6',
  response_bytes: 'double7',
  faults: 'double9',
} as const

/** When a request came, in epoch seconds. The dataset's own `timestamp` is when the point was written. */
export const AT = 'double8'

export type Dimension = keyof typeof dimensions
export type Measure = keyof typeof measures
export type Filters = Partial<Record<Exclude<Dimension, 'bucket'>, string[]>>

/** A question about the traffic of one group: sums over requests, apart by dimensions and by time. */
export interface Question {
  group: string
  /** Epoch seconds: from this on, up to but without that. */
  from: number
  to: number
  where?: Filters
  by: Dimension[]
  /** Seconds: also apart by stretches of this length, each known by its beginning, as `at`. */
  step?: number
  sum: Measure[]
}

/** One line of an answer. Only what was asked for is there. */
export interface Line {
  at: number
  bucket: number
  text(dimension: Exclude<Dimension, 'bucket'>): string
  sum(measure: Measure): number
}

/** A question in some SQL, with what its place-holders stand for. */
export interface Compiled {
  query: string
  params: (string | number)[]
}

export const DATASET = 'tidegate_requests'

/** More lines than this are not read: the finest question about a large group has fewer. */
export const MOST_LINES = 50_000

/** Points are written after the requests that they tell of, by clocks that may differ by this many seconds. */
export const CLOCK_SLACK = 3600

/** The lines of an answer, whatever the dataset calls numbers: Analytics Engine sends large ones as text. */
export const linesOf = (rows: Record<string, unknown>[]): Line[] =>
  rows.map((row) => ({
    at: Number(row.at ?? 0),
    bucket: Number(row.bucket ?? 0),
    text: (dimension) => String(row[dimension] ?? ''),
    sum: (measure) => Number(row[measure] ?? 0),
  }))
