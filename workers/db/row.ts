import type { EntityKind } from '#model/kit'
import { decrypt, digestSecret, encrypt, isEncrypted } from '../api/keys.ts'
import type { Env } from '../env.ts'
import { columnsOf } from './columns.ts'
import { changeSecrets, MASK, maskSecrets, schemaAt } from './secrets.ts'

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

/**
 * Turns an entity into the row that is stored. Secrets are encrypted: those with a column of their own have a digest beside
 * them, those within structured fields are encrypted where they stand.
 */
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
    else if (type === 'json') row[name] = await encodeJson(env, kind, field, entity)
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
    else if (type === 'json') entity[field] = await decodeJson(env, kind, field, row)
    else if (type === 'boolean') entity[field] = value === 1
    else if (type === 'secret') {
      entity[field] = await decrypt(env, secretLabel(kind, field), value as string)
    } else entity[field] = value
  }
  return entity
}

const encodeJson = async (
  env: Keys,
  kind: EntityKind,
  field: string,
  entity: Entity,
): Promise<string> => {
  const label = secretLabel(kind, field)
  const encrypted = await changeSecrets(schemaAt(kind, field, entity), entity[field], ({ text }) =>
    encrypt(env, label, text),
  )
  return JSON.stringify(encrypted)
}

/**
 * A structured field of a stored row, its secrets in clear. Text that was stored before its field became a secret is
 * taken as it is; the next write encrypts it.
 */
export const decodeJson = async (
  env: Keys,
  kind: EntityKind,
  field: string,
  row: Record<string, unknown>,
): Promise<unknown> => {
  const label = secretLabel(kind, field)
  const stored: unknown = JSON.parse(row[field] as string)
  return changeSecrets(schemaAt(kind, field, row), stored, async ({ text }) =>
    isEncrypted(text) ? decrypt(env, label, text) : text,
  )
}

/** The entity with its secrets hidden: for the audit trail and the list of changes. */
export const masked = (kind: EntityKind, entity: Entity): Entity => {
  const shown = { ...entity }
  for (const { field, type } of columnsOf(kind)) {
    if (shown[field] === null || shown[field] === undefined) continue
    if (type === 'secret') shown[field] = MASK
    else if (type === 'json') {
      shown[field] = maskSecrets(schemaAt(kind, field, entity), shown[field])
    }
  }
  return shown
}
