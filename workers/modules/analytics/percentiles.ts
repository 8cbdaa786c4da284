import { latencyOfBucket } from '#engine/point'

/** Latencies in milliseconds; null when there were no requests. */
export interface Percentiles {
  p50: number | null
  p95: number | null
  p99: number | null
}

/** Counts by latency bucket (engine/point.ts). They merge by adding. */
export class LatencySketch {
  readonly #counts = new Map<number, number>()
  #total = 0

  add(bucket: number, count: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count)
    this.#total += count
  }

  /** The latency that this share of the requests did not exceed, within 1 %; null when there were none. */
  quantile(share: number): number | null {
    if (this.#total <= 0) return null
    const rank = share * (this.#total - 1)
    let seen = 0
    const buckets = [...this.#counts].sort(([a], [b]) => a - b)
    for (const [bucket, count] of buckets) {
      seen += count
      if (seen > rank) return rounded(latencyOfBucket(bucket))
    }
    return rounded(latencyOfBucket(buckets.at(-1)?.[0] ?? 0))
  }

  percentiles(): Percentiles {
    return { p50: this.quantile(0.5), p95: this.quantile(0.95), p99: this.quantile(0.99) }
  }
}

/** Three decimals: microseconds. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000
