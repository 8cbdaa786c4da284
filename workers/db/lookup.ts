import { and, eq, type SQL } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { EntityKind } from '#model/kit'
import { digestSecret } from '../api/keys.ts'
import type { Env } from '../env.ts'
import { columnsOf } from './columns.ts'
import type { Database } from './database.ts'
import { decodeRow, type Entity, secretLabel } from './row.ts'
import { type EntityTable, tableOf } from './table.ts'

export interface Place {
  db: Database
  env: Env
  group_id: string
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const isUuid = (value: unknown): value is string =>
  typeof value === 'string' && UUID.test(value)

/** A column by name; the caller took the name from the kind's own columns. */
export const columnAt = (table: EntityTable, name: string): AnySQLiteColumn =>
  table[name] as AnySQLiteColumn

/** Restricts to entities whose reference points at an owner: `{ field: 'consumer', id }`. */
export interface Within {
  field: string
  id: string
}

export const isWithin = (table: EntityTable, within: Within | undefined): SQL | undefined =>
  within && eq(columnAt(table, `${within.field}_id`), within.id)

/**
 * The entity that a URL names. What looks like an id is one; anything else is the kind's key. Nothing is found by a key
 * that two owners may share, unless the owner is given.
 */
export const findEntity = async (
  place: Place,
  kind: EntityKind,
  idOrKey: string,
  within?: Within,
): Promise<Entity | undefined> => (await findStored(place, kind, idOrKey, within))?.entity

/** An entity with the row that it was read from. */
export interface Stored {
  entity: Entity
  row: Record<string, unknown>
}

/** As `findEntity`. */
export const findStored = async (
  place: Place,
  kind: EntityKind,
  idOrKey: string,
  within?: Within,
): Promise<Stored | undefined> => {
  const named = await isNamed(place, kind, idOrKey, within)
  if (!named) return undefined
  const [row] = await place.db.select().from(tableOf(kind)).where(named).limit(1)
  return row && { entity: await decodeRow(place.env, kind, row), row }
}

/** The condition by which an entity is found; undefined when the kind has no such name. */
export const isNamed = async (
  { env, group_id }: Place,
  kind: EntityKind,
  idOrKey: string,
  within?: Within,
): Promise<SQL | undefined> => {
  const table = tableOf(kind)
  const named = await nameCondition(env, kind, idOrKey)
  return named && and(eq(columnAt(table, 'group_id'), group_id), named, isWithin(table, within))
}

const nameCondition = async (
  env: Env,
  kind: EntityKind,
  idOrKey: string,
): Promise<SQL | undefined> => {
  const table = tableOf(kind)
  if (isUuid(idOrKey)) return eq(columnAt(table, 'id'), idOrKey.toLowerCase())
  const key = columnsOf(kind).find(({ field }) => field === kind.key)
  if (!key) return undefined
  if (key.type !== 'secret') return eq(columnAt(table, key.name), idOrKey)
  const digest = await digestSecret(env, secretLabel(kind, key.field), idOrKey)
  return eq(columnAt(table, `${key.name}_digest`), digest)
}
