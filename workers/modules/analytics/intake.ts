import * as z from 'zod'
import { dataPointOf, type Point } from '#engine/point'
import type { Runtime } from '#modules/runtime-groups'
import { Problem } from '#workers/api/problem'
import type { Env } from '#workers/env'

/** Data points that one invocation of a Worker may write to Analytics Engine. */
export const POINTS_PER_REPORT = 250

const HIGHEST_BUCKET = 4096
/** What clients can make arbitrarily long is cut, not refused: one odd request must not hold up all that follow. */
const text = (length: number) => z.string().transform((value) => value.slice(0, length))
const amount = z.number().min(0)

const PointBody = z.object({
  at: z.int().min(0),
  route: text(64),
  service: text(64),
  consumer: text(64),
  method: text(32),
  status: z.int().min(0).max(999),
  source: text(16),
  bucket: z.int().min(0).max(HIGHEST_BUCKET),
  count: z.int().min(0),
  latency: amount,
  gateway_latency: amount,
  upstream_latency: amount,
  request_bytes: amount,
  response_bytes: amount,
  faults: amount,
})

/** RecordsReport of engine/protocol.ts, checked at the door. */
export const RecordsBody = z.object({
  points: z.array(PointBody).max(POINTS_PER_REPORT),
  dropped: z.int().min(0),
})

/** Keeps what a runtime tells of its traffic: one data point for each point. Throws Problem `unavailable`. */
export const takeRecords = async (
  { ANALYTICS }: Pick<Env, 'ANALYTICS'>,
  { id, host, group }: Runtime,
  points: Point[],
  now: number,
): Promise<void> => {
  const latest = Math.floor(now / 1000)
  try {
    // In production there is nothing to wait for; the local dataset is called over RPC, and lost when nobody waits.
    await Promise.all(
      points.map((point) => {
        const at = Math.min(point.at, latest)
        return ANALYTICS.writeDataPoint(dataPointOf(group.id, id, host, { ...point, at }))
      }),
    )
  } catch (error) {
    console.error('traffic could not be written', error)
    throw new Problem('unavailable', 'The dataset does not take traffic at the moment.')
  }
}
