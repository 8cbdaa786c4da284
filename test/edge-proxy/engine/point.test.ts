import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketOfLatency, latencyOfBucket } from '#engine/point'

describe('latency buckets', () => {
  it('read back within 1 % of what went in', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.011, max: 600_000, noNaN: true }), (latency) => {
        const read = latencyOfBucket(bucketOfLatency(latency))
        expect(Math.abs(read - latency) / latency).toBeLessThanOrEqual(0.0101)
      }),
    )
  })

  it('keep the order of latencies', () => {
    expect(bucketOfLatency(0)).toBe(0)
    expect(bucketOfLatency(1)).toBeLessThan(bucketOfLatency(1.1))
  })
})
