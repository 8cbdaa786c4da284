import { describe, expect, it } from 'vitest'
import type { RecordsReport } from '../../../../edge-proxy/engine/protocol.ts'
import type { TrafficRecord } from '../../../../edge-proxy/engine/record.ts'
import { createFlush, type Handover } from '../../../../edge-proxy/hosts/shared/flush.ts'
import { createRecords } from '../../../../edge-proxy/hosts/shared/records.ts'
import { stillClock } from './setup.ts'

const record = (changes: Partial<TrafficRecord> = {}): TrafficRecord => ({
  at: 1_000_500,
  route: 'route-1',
  service: 'service-1',
  consumer: undefined,
  method: 'GET',
  status: 200,
  source: 'upstream',
  latency: 10,
  gateway_latency: 1,
  upstream_latency: 9,
  request_bytes: 100,
  response_bytes: 200,
  fault: undefined,
  ...changes,
})

const counts = (report: RecordsReport | undefined) => report?.points.map(({ count }) => count)

describe('records', () => {
  it('makes one point of like requests of one second, with their sums', () => {
    const records = createRecords()
    records.add(record())
    records.add(record({ at: 1_000_999, fault: 'cors' }))
    expect(records.report()).toEqual({
      points: [
        expect.objectContaining({
          at: 1000,
          count: 2,
          latency: 20,
          gateway_latency: 2,
          upstream_latency: 18,
          request_bytes: 200,
          response_bytes: 400,
          faults: 1,
        }),
      ],
      dropped: 0,
    })
  })

  it.each([
    ['second', { at: 1_001_000 }],
    ['route', { route: 'route-2' }],
    ['consumer', { consumer: 'consumer-1' }],
    ['status', { status: 404 }],
    ['source', { source: 'exit' as const }],
    ['latency', { latency: 11 }],
  ])('keeps requests of another %s apart', (_, changes) => {
    const records = createRecords()
    records.add(record())
    records.add(record(changes))
    expect(counts(records.report())).toEqual([1, 1])
  })

  it('answers the same report until it is taken, then what came since', () => {
    const records = createRecords()
    records.add(record())
    const first = records.report()
    expect(records.report()).toBe(first)
    records.taken()
    expect(records.report()).toBeUndefined()
    records.add(record({ status: 500 }))
    expect(counts(records.report())).toEqual([1])
  })

  it('hands over the oldest first, in parts', () => {
    const records = createRecords(50, 2)
    for (let second = 1; second <= 5; second++) records.add(record({ at: second * 1000 }))
    const seen: number[][] = []
    for (let report = records.report(); report; report = records.report()) {
      seen.push(report.points.map(({ at }) => at))
      records.taken()
    }
    expect(seen).toEqual([[1, 2], [3, 4], [5]])
  })

  it('drops the oldest beyond its bound, and counts the requests in them', () => {
    const records = createRecords(3, 10)
    for (const at of [1000, 1000, 2000, 3000, 4000]) records.add(record({ at }))
    expect(records.dropped).toBe(2)
    const report = records.report()
    expect(report?.points.map(({ at }) => at)).toEqual([2, 3, 4])
    expect(report?.dropped).toBe(2)
    records.taken()
    records.add(record())
    expect(records.report()?.dropped).toBe(0)
    expect(records.dropped).toBe(2)
  })

  it('merges what other processes counted, with what they dropped', () => {
    const other = createRecords()
    other.add(record())
    other.add(record())
    const records = createRecords()
    records.add(record())
    records.merge({ points: other.report()?.points ?? [], dropped: 4 })
    expect(counts(records.report())).toEqual([3])
    expect(records.report()?.dropped).toBe(4)
  })
})

describe('flush', () => {
  const setup = () => {
    const { clock, advance } = stillClock()
    const records = createRecords(100, 2)
    const sent: number[][] = []
    const state: { outcome: Handover } = { outcome: 'taken' }
    const flush = createFlush({
      records,
      clock,
      async send(report) {
        if (state.outcome === 'taken') sent.push(report.points.map(({ at }) => at))
        return state.outcome
      },
    })
    return { advance, records, sent, state, flush }
  }

  it('sends each second, and nothing when there was no traffic', async () => {
    const { advance, records, sent, flush } = setup()
    flush.start()
    records.add(record({ at: 1000 }))
    await advance(900)
    expect(sent).toEqual([])
    await advance(100)
    expect(sent).toEqual([[1]])
    await advance(3000)
    expect(sent).toEqual([[1]])
    await flush.stop()
  })

  it('keeps what was not taken and sends it in order when the control plane is back', async () => {
    const { advance, records, sent, state, flush } = setup()
    flush.start()
    state.outcome = 'later'
    for (let second = 1; second <= 3; second++) {
      records.add(record({ at: second * 1000 }))
      await advance(1000)
    }
    expect(sent).toEqual([])
    expect(records.waiting).toBe(3)
    state.outcome = 'taken'
    await advance(1000)
    expect(sent).toEqual([[1, 2], [3]])
    expect(records.waiting).toBe(0)
    await flush.stop()
  })

  it('does not let a report that is never taken hold up the others', async () => {
    const { advance, records, sent, state, flush } = setup()
    flush.start()
    state.outcome = 'never'
    records.add(record({ at: 1000 }))
    records.add(record({ at: 1000 }))
    await advance(1000)
    expect(records).toMatchObject({ waiting: 0, dropped: 2 })
    state.outcome = 'taken'
    records.add(record({ at: 2000 }))
    expect(records.report()?.dropped).toBe(2)
    await advance(1000)
    expect(sent).toEqual([[2]])
    expect(records.report()).toBeUndefined()
    await flush.stop()
  })

  it('sends what is left when it stops', async () => {
    const { records, sent, flush } = setup()
    flush.start()
    records.add(record({ at: 7000 }))
    await flush.stop()
    expect(sent).toEqual([[7]])
  })
})
