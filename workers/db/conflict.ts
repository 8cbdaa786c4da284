import { and, eq, isNull, ne, type SQL } from 'drizzle-orm'
import { kindByPlural } from '#model/index'
import type { EntityKind } from '#model/kit'
import type { Fields } from '#model/violation'
import { Problem } from '../api/problem.ts'
import { columnsOf } from './columns.ts'
import { databaseMessage } from './database.ts'
import { isGuarded, Overtaken } from './guard.ts'
import { columnAt, type Place } from './lookup.ts'
import { type Entity, encodeRow } from './row.ts'
import { tableOf } from './table.ts'

/** An entity that a failed batch wanted to write. */
export interface Written {
  kind: EntityKind
  entity: Entity
}

/**
 * Says why the database would not take a batch, in Kong's words; `Overtaken` when what the batch was made for has
 * changed. Answers the error itself when it is about neither uniqueness nor references nor a guard.
 */
export const conflictOf = async (
  place: Place,
  error: unknown,
  written: readonly Written[],
): Promise<unknown> => {
  const message = databaseMessage(error)
  const unique =
    /UNIQUE constraint failed: (?:index '([a-z_]+)_together_unique'|([a-z_]+)\.([^:]*))/.exec(
      message,
    )
  if (unique) {
    const [, togetherOf, plural, columns = ''] = unique
    const kind = kindByPlural.get(togetherOf ?? plural ?? '')
    if (!kind) return error
    const names = [...columns.matchAll(/\.([a-z_]+)/g)].map(([, name]) => name as string)
    const fields = togetherOf
      ? (kind.uniqueTogether ?? [])
      : names.filter((name) => name !== 'group_id').map((name) => fieldOf(kind, name))
    const candidates = written.filter((item) => item.kind === kind).map(({ entity }) => entity)
    const entity = await culprit(place, kind, fields, candidates)
    return entity ? taken(fields, entity) : error
  }
  if (message.includes('FOREIGN KEY constraint failed')) {
    return new Overtaken(
      'foreign_key_violation',
      'another change took away an entity that this one points at, or pointed a new one at it',
    )
  }
  if (isGuarded(error)) return new Overtaken('conflict')
  return error
}

const fieldOf = (kind: EntityKind, column: string): string =>
  columnsOf(kind).find(({ name, type }) =>
    type === 'secret' ? `${name}_digest` === column : name === column,
  )?.field ?? column

const taken = (fields: string[], entity: Entity): Problem => {
  const [only] = fields
  if (fields.length === 1 && only === 'id') {
    return new Problem(
      'primary_key_violation',
      `primary key violation on key '{id="${entity.id}"}'`,
      { id: entity.id },
    )
  }
  const values = Object.fromEntries(fields.map((field) => [field, entity[field] ?? null]))
  return new Problem(
    'unique_violation',
    `UNIQUE violation detected on '${luaText(values)}'`,
    values as Fields,
  )
}

/** Which of the written entities holds values that another one has. */
const culprit = async (
  { db, env, group_id }: Place,
  kind: EntityKind,
  fields: string[],
  candidates: Entity[],
): Promise<Entity | undefined> => {
  if (candidates.length < 2) return candidates[0]
  const table = tableOf(kind)
  for (const entity of candidates) {
    const row = await encodeRow(env, kind, entity)
    const same = fields.map((field): SQL => {
      const column = columnsOf(kind).find((one) => one.field === field)
      const name = column?.type === 'secret' ? `${column.name}_digest` : (column?.name ?? field)
      const value = row[name] ?? null
      return value === null ? isNull(columnAt(table, name)) : eq(columnAt(table, name), value)
    })
    const other = fields.includes('id') ? [] : [ne(columnAt(table, 'id'), entity.id)]
    const rows = await db
      .select({ id: columnAt(table, 'id') })
      .from(table)
      .where(and(eq(columnAt(table, 'group_id'), group_id), ...same, ...other))
      .limit(1)
    if (rows.length > 0) return entity
  }
  return candidates[0]
}

/** A value as Kong writes it in messages: `{consumer={id="…"},group="g"}`, names in order. */
export const luaText = (value: unknown): string => {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return luaList(value)
  if (typeof value === 'object') {
    const members = Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, member]) =>
          `${/^[a-zA-Z_]\w*$/.test(name) ? name : `["${name}"]`}=${luaText(member)}`,
      )
    return `{${members.join(',')}}`
  }
  return typeof value === 'string' ? `"${value}"` : String(value)
}

/** Members after a hole are numbered, from 1. */
const luaList = (list: unknown[]): string => {
  const members: string[] = []
  for (const [index, member] of list.entries()) {
    if (member === null || member === undefined) continue
    const text = luaText(member)
    members.push(members.length === index ? text : `[${index + 1}]=${text}`)
  }
  return `{${members.join(',')}}`
}
