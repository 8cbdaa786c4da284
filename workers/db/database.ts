import type { SQL } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'
import type { Env } from '../env.ts'

export type Database = DrizzleD1Database & { $client: D1Database }

/** One statement of a batch: any Drizzle query that has not been awaited. */
export type Statement = BatchItem<'sqlite'>

export const databaseOf = (env: Pick<Env, 'DB'>): Database => drizzle(env.DB)

/**
 * A statement in SQL of our own. Drizzle's `run` alone cannot go into a batch with parameters: the batch looks for the
 * prepared statement to bind them to, and only the query builders have one.
 */
export const statement = (db: Database, query: SQL): Statement => {
  const raw = db.run(query)
  return Object.assign(raw, { stmt: db.$client.prepare(raw.getQuery().sql) })
}

/** Runs statements as one transaction: all of them happen, or none. D1 knows no other kind. */
export const batch = async (db: Database, statements: readonly Statement[]): Promise<void> => {
  const [first, ...rest] = statements
  if (first) await db.batch([first, ...rest])
}

/** What the database said, wherever Drizzle put it. */
export const databaseMessage = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} ${error.cause.message}` : error.message
}
