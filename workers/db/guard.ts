import { type SQL, sql } from 'drizzle-orm'
import type { EntityKind } from '#model/kit'
import { Problem } from '../api/problem.ts'
import { type Database, databaseMessage, type Statement, statement } from './database.ts'
import { columnNames } from './row.ts'
import { tableOf } from './table.ts'
import { chunks } from './write.ts'

/*
 * A write reads, decides, and writes what it decided. D1 has no transaction over both: what was read is stated again as
 * the first statements of the batch, and a batch that finds it changed does nothing. JSON of `changed` is none, which is
 * the one way for a statement to fail on a condition.
 */

/** How often a write starts over before it is refused. */
const TRIES = 6
/** Longest pause before the second try; it doubles from one to the next. */
const PAUSE_MS = 10

/** A write whose grounds somebody else changed meanwhile: it can be decided anew. */
export class Overtaken extends Problem {
  override name = 'Overtaken'
}

/** Fails the batch when the condition holds. */
export const unless = (db: Database, condition: SQL): Statement =>
  statement(db, sql`select case when ${condition} then json('changed') else 1 end`)

/** Whether a batch failed by one of its guards. */
export const isGuarded = (error: unknown): boolean =>
  databaseMessage(error).includes('malformed JSON')

/** Fails the batch unless these rows stand as they were read, all their columns. */
export const mustStand = (
  db: Database,
  group_id: string,
  kind: EntityKind,
  rows: Record<string, unknown>[],
): Statement[] => {
  const names = columnNames(kind)
  const stored = sql.raw(names.map((name) => `stored."${name}"`).join(', '))
  const read = sql.raw(names.map((name) => `old.value->>'${name}'`).join(', '))
  return chunks(rows).map((json) =>
    unless(
      db,
      sql`exists (select 1 from json_each(${json}) as old where not exists (select 1 from ${tableOf(kind)} as stored where stored.group_id = ${group_id} and stored.id = old.value->>'id' and (${stored}) is (${read})))`,
    ),
  )
}

/** Fails the batch when a row is there by now. */
export const mustBeAbsent = (db: Database, kind: EntityKind, condition: SQL): Statement =>
  unless(db, sql`exists (select 1 from ${tableOf(kind)} where ${condition})`)

/**
 * Does a write, over again from what is there now whenever it is overtaken. Throws Problem `conflict` when that goes on:
 * nothing was written then.
 */
export const persist = async <Outcome>(
  attempt: () => Promise<Outcome>,
  isOvertaken = (error: unknown): boolean => error instanceof Overtaken,
): Promise<Outcome> => {
  for (let tries = 1; tries <= TRIES; tries++) {
    try {
      return await attempt()
    } catch (error) {
      if (!isOvertaken(error)) throw error
    }
    // Those who met once would meet again: each waits for another time.
    const longest = PAUSE_MS * 2 ** (tries - 1)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * longest))
  }
  throw new Problem(
    'conflict',
    'Others go on changing the same configuration; nothing was written. Read it again and repeat your change.',
  )
}
