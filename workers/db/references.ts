import { and, eq } from 'drizzle-orm'
import { kindByName } from '#model/index'
import type { EntityKind } from '#model/kit'
import type { Fields } from '#model/violation'
import { Problem } from '../api/problem.ts'
import { columnsOf } from './columns.ts'
import { columnAt, findEntity, isUuid, type Place } from './lookup.ts'
import { tableOf } from './table.ts'

/** The fields of a kind that point at another, with the kind that they point at. */
export const referencesOf = (
  kind: EntityKind,
): { field: string; target: EntityKind; onDelete: 'cascade' | 'restrict' }[] =>
  columnsOf(kind).flatMap(({ field, references, onDelete }) => {
    const target = references === undefined ? undefined : kindByName.get(references)
    return target ? [{ field, target, onDelete }] : []
  })

/**
 * Turns references by key (`{ name: 'orders' }`) into references by id, in place. What cannot be read is left out and
 * answered as a problem by field; a key that names nothing throws Kong's `foreign keys unresolved`.
 */
export const resolveReferences = async (
  place: Place,
  kind: EntityKind,
  sent: Record<string, unknown>,
): Promise<Fields> => {
  const problems: Fields = {}
  const unresolved: Fields = {}
  for (const { field, target } of referencesOf(kind)) {
    const value = sent[field]
    if (value === null || value === undefined) continue
    const given: Record<string, unknown> = isRecord(value) ? value : {}
    const { id } = given
    const key = target.key === undefined ? undefined : given[target.key]
    if (id !== undefined) {
      if (isUuid(id)) sent[field] = { id: id.toLowerCase() }
      else {
        problems[field] = { id: id === null ? 'required field missing' : 'expected a valid UUID' }
      }
    } else if (key !== undefined && key !== null) {
      const found = await findEntity(place, target, String(key))
      if (found) sent[field] = { id: found.id }
      else {
        unresolved[field] = {
          [target.key as string]: `the foreign key cannot be resolved with '{${target.key}="${key}"}' for an existing '${target.plural}' entity`,
        }
      }
    } else {
      const unknown = Object.keys(given).filter((name) => name !== target.key)
      problems[field] =
        unknown.length > 0
          ? Object.fromEntries(unknown.map((name) => [name, 'unknown field']))
          : { id: 'missing primary key' }
    }
  }
  refuseUnresolved(unresolved)
  for (const field of Object.keys(problems)) delete sent[field]
  return problems
}

const refuseUnresolved = (unresolved: Fields): void => {
  const parts = Object.entries(unresolved).flatMap(([field, problem]) =>
    Object.entries(problem as Fields).map(([key, message]) => `${field}.${key}: ${message}`),
  )
  if (parts.length > 0) {
    throw new Problem(
      'foreign_keys_unresolved',
      `foreign ${parts.length > 1 ? 'keys' : 'key'} unresolved (${parts.join('; ')})`,
      unresolved,
    )
  }
}

/** Throws Kong's foreign key violation when a reference by id points at nothing in the group. */
export const mustExist = async (
  { db, group_id }: Place,
  kind: EntityKind,
  row: Record<string, unknown>,
): Promise<void> => {
  const given = referencesOf(kind).flatMap(({ field, target }) => {
    const id = (row[field] as { id: string } | null | undefined)?.id
    return id === undefined ? [] : [{ field, target, id }]
  })
  const found = await Promise.all(
    given.map(async ({ target, id }) => {
      const table = tableOf(target)
      const rows = await db
        .select({ id: columnAt(table, 'id') })
        .from(table)
        .where(and(eq(columnAt(table, 'group_id'), group_id), eq(columnAt(table, 'id'), id)))
      return rows.length > 0
    }),
  )
  const missing = given.find((_, index) => !found[index])
  if (missing) throw missingReference(missing.field, missing.target, missing.id)
}

export const missingReference = (field: string, target: EntityKind, id: string): Problem =>
  new Problem(
    'foreign_key_violation',
    `the foreign key '{id="${id}"}' does not reference an existing '${target.plural}' entity.`,
    { [field]: { id } },
  )

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
