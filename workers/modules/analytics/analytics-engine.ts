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

/**
 * A question in the SQL of Workers Analytics Engine, which has no place-holders. Every sum is weighted by
 * `_sample_interval`: a point that was kept stands for that many that were written.
 */
export const toAnalyticsEngine = ({
  group,
  from,
  to,
  where = {},
  by,
  step,
  sum,
}: Question): Compiled => {
  const conditions = [
    `index1 = ${literal(group)}`,
    `timestamp >= toDateTime(${whole(from - CLOCK_SLACK)})`,
    `${AT} >= ${whole(from)}`,
    `${AT} < ${whole(to)}`,
    ...Object.entries(where).map(
      ([dimension, values]) =>
        `${dimensions[dimension as Dimension]} IN (${values.map(literal).join(', ')})`,
    ),
  ]
  const keys = [
    ...(step === undefined
      ? []
      : [{ name: 'at', as: `intDiv(toUInt32(${AT}), ${whole(step)}) * ${whole(step)}` }]),
    ...by.map((dimension) => ({ name: dimension, as: dimensions[dimension] })),
  ]
  const selected = [
    ...keys.map(({ name, as }) => `${as} AS ${name}`),
    ...sum.map((measure) => `SUM(_sample_interval * ${measures[measure]}) AS ${measure}`),
  ]
  const query = [
    `SELECT ${selected.join(', ')}`,
    `FROM ${DATASET}`,
    `WHERE ${conditions.join(' AND ')}`,
    ...(keys.length === 0 ? [] : [`GROUP BY ${keys.map(({ name }) => name).join(', ')}`]),
    `LIMIT ${MOST_LINES}`,
    'FORMAT JSON',
  ].join(' ')
  return { query, params: [] }
}

/** Ids, names of methods and statuses need no other characters, and none of these ends a literal. */
const PLAIN = /^[\w .:@!#$%&*+^`|~-]*$/

const literal = (text: string): string => {
  if (!PLAIN.test(text)) throw new RangeError(`cannot ask for the value ${JSON.stringify(text)}`)
  return `'${text}'`
}

const whole = (value: number): string => String(Math.trunc(value))
