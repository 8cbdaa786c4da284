import { addPoint, keyOfPoint, type Point, pointOf } from '#engine/point'
import type { RecordsReport } from '#engine/protocol'
import type { TrafficRecord } from '#engine/record'

/** Points that are kept while nobody takes them. */
const POINTS_KEPT = 50_000
/** Points in one report: what one call of the control plane may write to the analytics dataset. */
const POINTS_SENT = 250

/** Traffic that waits to be handed over: like requests of one second are one point. */
export interface Records {
  add(record: TrafficRecord): void
  /** Takes points that were merged elsewhere, and what was dropped there. */
  merge(report: RecordsReport): void
  /**
   * The oldest points that wait, up to 250, with the number of records dropped since the last report that was taken;
   * undefined when there is nothing to say. Answers the same report until it is `taken`.
   */
  report(): RecordsReport | undefined
  /** The last report arrived: its points are forgotten. */
  taken(): void
  /** The last report will never be taken: its points are dropped and counted. */
  unwanted(): void
  /** Records dropped since the start. */
  readonly dropped: number
  /** Points that wait. */
  readonly waiting: number
}

export const createRecords = (kept = POINTS_KEPT, sent = POINTS_SENT): Records => {
  /** In order of arrival: the first is the oldest. */
  const points = new Map<string, Point>()
  let reporting: RecordsReport | undefined
  let dropped = 0
  let droppedUntold = 0

  const put = (point: Point) => {
    const key = keyOfPoint(point)
    const sum = points.get(key)
    if (sum) {
      addPoint(sum, point)
      return
    }
    points.set(key, point)
    if (points.size + (reporting?.points.length ?? 0) > kept) dropOldest()
  }

  const drop = (count: number) => {
    dropped += count
    droppedUntold += count
  }

  const dropOldest = () => {
    // Not of the report: it may have arrived already.
    for (const [key, oldest] of points) {
      points.delete(key)
      return drop(oldest.count)
    }
  }

  return {
    add: (record) => put(pointOf(record)),

    merge(report) {
      for (const point of report.points) put(point)
      drop(report.dropped)
    },

    report() {
      reporting ??= { points: [], dropped: 0 }
      for (const [key, point] of points) {
        if (reporting.points.length >= sent) break
        points.delete(key)
        reporting.points.push(point)
      }
      reporting.dropped += droppedUntold
      droppedUntold = 0
      if (reporting.points.length === 0 && reporting.dropped === 0) reporting = undefined
      return reporting
    },

    taken() {
      reporting = undefined
    },

    unwanted() {
      droppedUntold += reporting?.dropped ?? 0
      for (const { count } of reporting?.points ?? []) drop(count)
      reporting = undefined
    },

    get dropped() {
      return dropped
    },
    get waiting() {
      return points.size + (reporting?.points.length ?? 0)
    },
  }
}
