import { type SQL, sql } from 'drizzle-orm'
import type { EntityKind } from '#model/kit'
import { configChanges } from './changes.ts'
import { columnsOf } from './columns.ts'
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

/** Puts rows in the place of those with the same ids, or adds them. */
export const putRows = (
  db: Database,
  group_id: string,
  kind: EntityKind,
  rows: StoredRow[],
): Statement[] => {
  const { names, values, replaced } = shapeOf(kind)
  return chunks(rows).map((json) =>
    statement(
      db,
      sql`insert into ${tableOf(kind)} (group_id, ${names}) select ${group_id}, ${values} from json_each(${json}) where true on conflict (group_id, id) do update set ${replaced}`,
    ),
  )
}

/**
 * Takes from rows that are about to change or go what only one may have: their ids stand there until the batch is done.
 * So entities may swap names, and a new one may have the name of one that goes.
 */
export const parkRows = (
  db: Database,
  group_id: string,
  kind: EntityKind,
  ids: string[],
): Statement[] => {
  const { parked } = shapeOf(kind)
  if (!parked) return []
  return chunks(ids).map((json) =>
    statement(
      db,
      sql`update ${tableOf(kind)} set ${parked} where group_id = ${group_id} and id in (select value from json_each(${json}))`,
    ),
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

interface RowShape {
  names: SQL
  values: SQL
  replaced: SQL
  parked: SQL | undefined
}

const shapes = new Map<string, RowShape>()

const shapeOf = (kind: EntityKind): RowShape => {
  const known = shapes.get(kind.name)
  if (known) return known
  const columns = columnNames(kind)
  const join = (parts: string[]) => sql.raw(parts.join(', '))
  const own = uniqueNames(kind).map((name) => `"${name}" = id`)
  const made = {
    names: join(columns.map((name) => `"${name}"`)),
    values: join(columns.map((name) => `value->>'${name}'`)),
    replaced: join(
      columns.filter((name) => name !== 'id').map((name) => `"${name}" = excluded."${name}"`),
    ),
    parked: own.length > 0 ? join(own) : undefined,
  }
  shapes.set(kind.name, made)
  return made
}

/** Columns that a unique index is about; of several fields that are unique together, those that are no reference. */
const uniqueNames = (kind: EntityKind): string[] =>
  columnsOf(kind)
    .filter(
      ({ field, unique, type }) =>
        unique || (type !== 'reference' && kind.uniqueTogether?.includes(field)),
    )
    .map(({ name, type }) => (type === 'secret' ? `${name}_digest` : name))

/** JSON arrays of the items, none longer than a parameter may be. */
export const chunks = (items: unknown[]): string[] => {
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
