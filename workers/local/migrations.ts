import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What is used of D1. */
interface Database<Statement> {
  prepare(sql: string): Statement & {
    bind(...values: unknown[]): Statement
    run(): Promise<unknown>
    all<Row>(): Promise<{ results: Row[] }>
  }
  batch(statements: Statement[]): Promise<unknown>
}

/** Wrangler's own table, so that `wrangler d1 migrations` goes on from here and the other way round. */
const LEDGER = `create table if not exists d1_migrations(
  id integer primary key autoincrement,
  name text unique,
  applied_at timestamp default current_timestamp not null
)`

/** Applies the migrations that the database does not have, each with its entry in the ledger as one batch. */
export const applyMigrations = async <Statement>(
  database: Database<Statement>,
  folder: string,
): Promise<string[]> => {
  await database.prepare(LEDGER).run()
  const { results } = await database
    .prepare('select name from d1_migrations')
    .all<{ name: string }>()
  const applied = new Set(results.map(({ name }) => name))
  const missing = readdirSync(folder)
    .filter((name) => name.endsWith('.sql') && !applied.has(name))
    .sort()
  for (const name of missing) {
    const statements = readFileSync(join(folder, name), 'utf8')
      .split('--> statement-breakpoint')
      .map((sql) => sql.trim())
      .filter((sql) => sql !== '')
      .map((sql) => database.prepare(sql))
    await database.batch([
      ...statements,
      database.prepare('insert into d1_migrations (name) values (?)').bind(name),
    ])
  }
  return missing
}
