import { type SQL, sql } from 'drizzle-orm'
import type { EntityKind } from '#model/kit'
import { configChanges } from './changes.ts'
import { type Database, type Statement, statement } from './database.ts'
import { columnNames, type StoredRow } from './row.ts'
import { tableOf } from './table.ts'

/*
 * D1 takes 100 parameters and 100 KB in a statement, and 2 MB in a parameter: rows go in as one JSON parameter, in
 * pieces that stay well below.
 */
const CHUNK_CHARACTERS = 500_000

export interface Change {
  kind: EntityKind
  action: 'create' | 'update' | 'delete'
  id: string
  before: unknown
  after: unknown
}

/** Adds rows. Fails when one is there already. */
export const insertRows = (
  db: Database,
  group_id: string,
  kind: EntityKind,
  rows: StoredRow[],
): Statement[] => {
  const { names, values } = shapeOf(kind)
  return chunks(rows).map((json) =>
    statement(
      db,
      sql`insert into ${tableOf(kind)} (group_id, ${names}) select ${group_id}, ${values} from json_each(${json}) where true`,
    ),
  )
}

/** Puts a row in the place of the one with the same id, or adds it. */
export const putRow = (
  db: Database,
  group_id: string,
  kind: EntityKind,
  row: StoredRow,
): Statement => {
  const { names, values, replaced } = shapeOf(kind)
  return statement(
    db,
    sql`insert into ${tableOf(kind)} (group_id, ${names}) select ${group_id}, ${values} from json_each(${JSON.stringify([row])}) where true on conflict (group_id, id) do update set ${replaced}`,
  )
}

export const deleteRows = (
  db: Database,
  group_id: string,
  kind: EntityKind,
  ids: string[],
): Statement[] =>
  chunks(ids).map((json) =>
    statement(
      db,
      sql`delete from ${tableOf(kind)} where group_id = ${group_id} and id in (select value from json_each(${json}))`,
    ),
  )

/** Tells RuntimeGroup what changed, in the order given. */
export const recordChanges = (
  db: Database,
  group_id: string,
  actor: string,
  now: number,
  changes: Change[],
): Statement[] => {
  const rows = changes.map(({ kind, action, id, before, after }) => ({
    kind: kind.plural,
    id,
    action,
    before: before === null ? null : JSON.stringify(before),
    after: after === null ? null : JSON.stringify(after),
  }))
  const at = new Date(now).toISOString()
  return chunks(rows).map((json) =>
    statement(
      db,
      sql`insert into ${configChanges} (group_id, actor, kind, entity_id, action, before, after, at) select ${group_id}, ${actor}, value->>'kind', value->>'id', value->>'action', value->>'before', value->>'after', ${at} from json_each(${json}) order by key`,
    ),
  )
}

/** Lets references be checked at the end of the batch instead of after each statement. First in its batch. */
export const deferReferences = (db: Database): Statement =>
  statement(db, sql.raw('pragma defer_foreign_keys = true'))

interface RowShape {
  names: SQL
  values: SQL
  replaced: SQL
}

const shapes = new Map<string, RowShape>()

const shapeOf = (kind: EntityKind): RowShape => {
  const known = shapes.get(kind.name)
  if (known) return known
  const columns = columnNames(kind)
  const join = (parts: string[]) => sql.raw(parts.join(', '))
  const made = {
    names: join(columns.map((name) => `"${name}"`)),
    values: join(columns.map((name) => `value->>'${name}'`)),
    replaced: join(
      columns.filter((name) => name !== 'id').map((name) => `"${name}" = excluded."${name}"`),
    ),
  }
  shapes.set(kind.name, made)
  return made
}

/** JSON arrays of the items, none longer than a parameter may be. */
const chunks = (items: unknown[]): string[] => {
  const made: string[] = []
  let part: string[] = []
  let length = 0
  for (const item of items) {
    const json = JSON.stringify(item)
    if (length > 0 && length + json.length > CHUNK_CHARACTERS) {
      made.push(`[${part.join(',')}]`)
      part = []
      length = 0
    }
    part.push(json)
    length += json.length + 1
  }
  if (part.length > 0) made.push(`[${part.join(',')}]`)
  return made
}
