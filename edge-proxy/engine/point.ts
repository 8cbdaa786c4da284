import type { TrafficRecord } from './record.ts'

/** Relative error of latencies read back from buckets. */
const ACCURACY = 0.01
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
const LOG_GAMMA = Math.log(GAMMA)

/** The least latency that is told apart, in milliseconds. */
const SMALLEST = 0.01

/**
 * One analytics data point: like requests of one second, in one latency bucket. An edge request is a point of count 1.
 * Latencies are in milliseconds, sizes in bytes, both summed.
 */
export interface Point {
  /** Epoch seconds. */
  at: number
  route: string
  service: string
  consumer: string
  method: string
  status: number
  source: string
  bucket: number
  count: number
  latency: number
  gateway_latency: number
  upstream_latency: number
  request_bytes: number
  response_bytes: number
  faults: number
}

/** The DDSketch bucket of a latency: buckets merge by adding counts, and percentiles read from them are within 1 %. */
export const bucketOfLatency = (ms: number): number =>
  ms <= SMALLEST ? 0 : Math.ceil(Math.log(ms / SMALLEST) / LOG_GAMMA)

/** The latency that a bucket stands for, in milliseconds. */
export const latencyOfBucket = (bucket: number): number =>
  bucket === 0 ? SMALLEST : (SMALLEST * 2 * GAMMA ** bucket) / (GAMMA + 1)

export const pointOf = (record: TrafficRecord): Point => ({
  at: Math.floor(record.at / 1000),
  route: record.route ?? '',
  service: record.service ?? '',
  consumer: record.consumer ?? '',
  method: record.method,
  status: record.status,
  source: record.source,
  bucket: bucketOfLatency(record.latency),
  count: 1,
  latency: record.latency,
  gateway_latency: record.gateway_latency,
  upstream_latency: record.upstream_latency ?? 0,
  request_bytes: record.request_bytes,
  response_bytes: record.response_bytes,
  faults: record.fault ? 1 : 0,
})

/** What makes two points one. */
export const keyOfPoint = (point: Point): string =>
  `${point.at}|${point.route}|${point.service}|${point.consumer}|${point.method}|${point.status}|${point.source}|${point.bucket}`

export const addPoint = (sum: Point, point: Point): void => {
  sum.count += point.count
  sum.latency += point.latency
  sum.gateway_latency += point.gateway_latency
  sum.upstream_latency += point.upstream_latency
  sum.request_bytes += point.request_bytes
  sum.response_bytes += point.response_bytes
  sum.faults += point.faults
}

/** A point as Analytics Engine takes it: columns `index1`, `blob1..9`, `double1..9`, in this order everywhere. */
export const dataPointOf = (
  group: string,
  node: string,
  host: 'worker' | 'node',
  point: Point,
) => ({
  indexes: [group],
  blobs: [
    group,
    node,
    host,
    point.route,
    point.service,
    point.consumer,
    point.method,
    String(point.status),
    point.source,
  ],
  doubles: [
    point.count,
    point.bucket,
    point.latency,
    point.gateway_latency,
    point.upstream_latency,
    point.request_bytes,
    point.response_bytes,
    point.at,
    point.faults,
  ],
})
