import {
  AT,
  CLOCK_SLACK,
  type Compiled,
  DATASET,
  type Dimension,
  dimensions,
  MOST_LINES,
  measures,
  type Question,
} from './question.ts'

/** A question in SQLite's SQL, for the local dataset: a table `points` with Analytics Engine's columns. */
export const toSqlite = ({ group, from, to, where = {}, by, step, sum }: Question): Compiled => {
  const params: (string | number)[] = [DATASET, group, from - CLOCK_SLACK, from, to]
  const conditions = [
    'dataset = ?',
    'index1 = ?',
    'timestamp >= ?',
    `${AT} >= ?`,
    `${AT} < ?`,
    ...Object.entries(where).map(([dimension, values]) => {
      params.push(JSON.stringify(values))
      return `${dimensions[dimension as Dimension]} in (select value from json_each(?))`
    }),
  ]
  const keys = [
    ...(step === undefined
      ? []
      : [`cast(${AT} / ${Math.trunc(step)} as integer) * ${Math.trunc(step)} as at`]),
    ...by.map((dimension) => `${dimensions[dimension]} as ${dimension}`),
  ]
  const sums = sum.map((measure) => `sum(_sample_interval * ${measures[measure]}) as ${measure}`)
  const grouped = keys.map((_, index) => index + 1).join(', ')
  const query = [
    `select ${[...keys, ...sums].join(', ')}`,
    'from points',
    `where ${conditions.join(' and ')}`,
    ...(grouped === '' ? [] : [`group by ${grouped}`]),
    `limit ${MOST_LINES}`,
  ].join(' ')
  return { query, params }
}
