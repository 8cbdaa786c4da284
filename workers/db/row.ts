import type { EntityKind } from '#model/kit'
import { decrypt, digestSecret, encrypt } from '../api/keys.ts'
import type { Env } from '../env.ts'
import { columnsOf } from './columns.ts'

/** An entity as clients see it. */
export type Entity = { id: string; created_at: number } & Record<string, unknown>

/** A row as the table has it: text and numbers only. */
export type StoredRow = Record<string, string | number | null>

type Keys = Pick<Env, 'TIDEGATE_SECRET'>

export const secretLabel = (kind: EntityKind, field: string): string =>
  `entity/${kind.plural}/${field}`

/** Names of all columns of a kind's table but `group_id`, in one order. */
export const columnNames = (kind: EntityKind): string[] => [
  'id',
  ...columnsOf(kind).flatMap(({ name, type }) =>
    type === 'secret' ? [name, `${name}_digest`] : [name],
  ),
  'created_at',
  ...(kind.updatedAt === false ? [] : ['updated_at']),
]

/** Turns an entity into the row that is stored. Secrets are encrypted, with a digest beside them. */
export const encodeRow = async (
  env: Keys,
  kind: EntityKind,
  entity: Entity,
): Promise<StoredRow> => {
  const row: StoredRow = { id: entity.id }
  for (const { field, name, type } of columnsOf(kind)) {
    const value = entity[field]
    if (value === undefined || value === null) {
      row[name] = null
      if (type === 'secret') row[`${name}_digest`] = null
    } else if (type === 'reference') row[name] = (value as { id: string }).id
    else if (type === 'json') row[name] = JSON.stringify(value)
    else if (type === 'boolean') row[name] = value ? 1 : 0
    else if (type === 'secret') {
      const label = secretLabel(kind, field)
      row[name] = await encrypt(env, label, String(value))
      row[`${name}_digest`] = await digestSecret(env, label, String(value))
    } else row[name] = value as string | number
  }
  row.created_at = entity.created_at
  if (kind.updatedAt !== false) row.updated_at = entity.updated_at as number
  return row
}

/** Turns a stored row into the entity that it is. */
export const decodeRow = async (
  env: Keys,
  kind: EntityKind,
  row: Record<string, unknown>,
): Promise<Entity> => {
  const entity: Entity = { id: row.id as string, created_at: row.created_at as number }
  if (kind.updatedAt !== false) entity.updated_at = row.updated_at
  for (const { field, name, type, otherwise } of columnsOf(kind)) {
    const value = row[name]
    if (value === null || value === undefined) entity[field] = otherwise
    else if (type === 'reference') entity[field] = { id: value }
    else if (type === 'json') entity[field] = JSON.parse(value as string)
    else if (type === 'boolean') entity[field] = value === 1
    else if (type === 'secret') {
      entity[field] = await decrypt(env, secretLabel(kind, field), value as string)
    } else entity[field] = value
  }
  return entity
}

/** The entity with its secrets hidden: for the audit trail and the list of changes. */
export const masked = (kind: EntityKind, entity: Entity): Entity => {
  const shown = { ...entity }
  for (const { field, type } of columnsOf(kind)) {
    if (type === 'secret' && shown[field] !== null && shown[field] !== undefined) {
      shown[field] = '********'
    }
  }
  return shown
}
