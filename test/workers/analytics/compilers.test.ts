import { describe, expect, it } from 'vitest'
import { toAnalyticsEngine } from '../../../workers/modules/analytics/analytics-engine.ts'
import { linesOf, type Question } from '../../../workers/modules/analytics/question.ts'
import { toSqlite } from '../../../workers/modules/analytics/sqlite.ts'

const group = '6f1c6a2e-0000-4000-8000-000000000001'

const question: Question = {
  group,
  from: 1_700_000_000,
  to: 1_700_000_900,
  step: 60,
  by: ['status', 'bucket'],
  where: { route: ['r1', 'r2'], node: ['n'] },
  sum: ['requests', 'response_bytes'],
}

describe('a question in the SQL of Analytics Engine', () => {
  it('is one statement that weighs every sum', () => {
    expect(toAnalyticsEngine(question)).toEqual({
      query: [
        'SELECT intDiv(toUInt32(double8), 60) * 60 AS at, blob8 AS status, double2 AS bucket,',
        'SUM(_sample_interval * double1) AS requests,',
        'SUM(_sample_interval * double7) AS response_bytes',
        'FROM tidegate_requests',
        `WHERE index1 = '${group}' AND timestamp >= toDateTime(1699996400)`,
        'AND double8 >= 1700000000 AND double8 < 1700000900',
        "AND blob4 IN ('r1', 'r2') AND blob2 IN ('n')",
        'GROUP BY at, status, bucket LIMIT 50000 FORMAT JSON',
      ].join(' '),
      params: [],
    })
  })

  it('has no groups when nothing is told apart', () => {
    const { query } = toAnalyticsEngine({ group, from: 0, to: 60, by: [], sum: ['faults'] })
    expect(query).toBe(
      `SELECT SUM(_sample_interval * double9) AS faults FROM tidegate_requests WHERE index1 = '${group}' AND timestamp >= toDateTime(-3600) AND double8 >= 0 AND double8 < 60 LIMIT 50000 FORMAT JSON`,
    )
  })

  it.each(["x' OR 1=1 --", 'back\\slash', 'line\nfeed', '"'])(
    'refuses a value that could end its literal: %j',
    (value) => {
      expect(() => toAnalyticsEngine({ ...question, where: { route: [value] } })).toThrow(
        RangeError,
      )
      expect(() => toAnalyticsEngine({ ...question, group: value })).toThrow(RangeError)
    },
  )
})

describe('a question in SQLite', () => {
  it('keeps every value out of its text', () => {
    expect(toSqlite(question)).toEqual({
      query: [
        'select cast(double8 / 60 as integer) * 60 as at, blob8 as status, double2 as bucket,',
        'sum(_sample_interval * double1) as requests,',
        'sum(_sample_interval * double7) as response_bytes',
        'from points',
        'where dataset = ? and index1 = ? and timestamp >= ? and double8 >= ? and double8 < ?',
        'and blob4 in (select value from json_each(?)) and blob2 in (select value from json_each(?))',
        'group by 1, 2, 3 limit 50000',
      ].join(' '),
      params: [
        'tidegate_requests',
        group,
        1_699_996_400,
        1_700_000_000,
        1_700_000_900,
        '["r1","r2"]',
        '["n"]',
      ],
    })
  })
})

describe('lines of an answer', () => {
  it('are numbers, whether the dataset sends numbers or text', () => {
    const [line] = linesOf([{ at: '1700000040', bucket: 7, status: '200', requests: '12' }])
    expect(line?.at).toBe(1_700_000_040)
    expect(line?.bucket).toBe(7)
    expect(line?.text('status')).toBe('200')
    expect(line?.sum('requests')).toBe(12)
    expect(line?.sum('faults')).toBe(0)
  })
})
