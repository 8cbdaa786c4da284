import { eq, sql } from 'drizzle-orm'
import { canonicalJson } from '#engine/snapshot'
import { kinds } from '#model/index'
import type { EntityKind } from '#model/kit'
import type { Context } from '../api/context.ts'
import { digestSecret } from '../api/keys.ts'
import { configChanges } from './changes.ts'
import { columnsOf } from './columns.ts'
import type { Statement } from './database.ts'
import { Overtaken, persist, unless } from './guard.ts'
import { columnAt, type Place } from './lookup.ts'
import { decodeJson, decodeRow, type Entity, encodeRow, masked, secretLabel } from './row.ts'
import type { Commit } from './store.ts'
import { tableOf } from './table.ts'
import { type Change, deleteRows, parkRows, putRows } from './write.ts'

/** How many entities a replacement made, changed, took away and left alone. */
export interface Replaced {
  created: number
  updated: number
  deleted: number
  unchanged: number
}

interface Difference {
  kind: EntityKind
  created: Entity[]
  updated: { before: Entity; after: Entity }[]
  deleted: Entity[]
  unchanged: number
}

/**
 * Makes `wanted` (complete rows by plural) the whole configuration of the group in one batch: names are given up, rows
 * are put, each kind after those that it points at, and what is left over goes, the other way round. So every reference
 * holds after every statement. (D1 can defer the check, but a batch that then fails takes the database down with it.)
 */
export const replaceEntities = async (
  context: Context,
  place: Place,
  wanted: Map<string, Row[]>,
  commit: Commit,
): Promise<Replaced> => {
  // What is wanted may point at nothing: that is told, and not tried again.
  return persist(
    () => replaceOnce(context, place, wanted, commit),
    (error) => error instanceof Overtaken && error.code === 'conflict',
  )
}

const replaceOnce = async (
  context: Context,
  place: Place,
  wanted: Map<string, Row[]>,
  commit: Commit,
): Promise<Replaced> => {
  const { db, env, group_id } = place
  const now = Math.floor(context.now() / 1000)
  const { sequence, stored } = await readAll(place)
  const differences = await Promise.all(
    kinds.map((kind) =>
      differenceOf(place, kind, stored.get(kind) ?? [], wanted.get(kind.plural) ?? [], now),
    ),
  )
  const count = (of: (difference: Difference) => number) =>
    differences.reduce((sum, difference) => sum + of(difference), 0)
  const replaced: Replaced = {
    created: count(({ created }) => created.length),
    updated: count(({ updated }) => updated.length),
    deleted: count(({ deleted }) => deleted.length),
    unchanged: count(({ unchanged }) => unchanged),
  }
  if (replaced.created + replaced.updated + replaced.deleted === 0) return replaced

  const parked = differences.flatMap(({ kind, updated, deleted }) =>
    parkRows(db, group_id, kind, [...updated.map(({ before }) => before.id), ...deleted.map(idOf)]),
  )
  const put = await Promise.all(
    differences.map(async ({ kind, created, updated }) => {
      const entities = [...created, ...updated.map(({ after }) => after)]
      const rows = await Promise.all(entities.map((entity) => encodeRow(env, kind, entity)))
      return putRows(db, group_id, kind, rows)
    }),
  )
  const gone = differences
    .toReversed()
    .flatMap(({ kind, deleted }) => deleteRows(db, group_id, kind, deleted.map(idOf)))
  await commit(
    {
      statements: [unchangedSince(place, sequence), ...parked, ...put.flat(), ...gone],
      changes: differences.flatMap(changesOf),
      written: differences.flatMap(({ kind, created, updated }) =>
        [...created, ...updated.map(({ after }) => after)].map((entity) => ({ kind, entity })),
      ),
    },
    context.audit(
      'configuration.replaced',
      { kind: 'runtime_group', id: group_id, group_id },
      replaced,
    ),
  )
  return replaced
}

type Row = Record<string, unknown>

/** Everything that the group has, and the last change that led to it, as of one moment. */
const readAll = async ({
  db,
  group_id,
}: Place): Promise<{ sequence: number; stored: Map<EntityKind, Row[]> }> => {
  const [last, ...collections] = await db.batch([
    db.select({ sequence: lastSequence(group_id) }).from(sql`(select 1)`),
    ...kinds.map((kind) => {
      const table = tableOf(kind)
      return db
        .select()
        .from(table)
        .where(eq(columnAt(table, 'group_id'), group_id))
    }),
  ])
  return {
    sequence: last[0]?.sequence ?? 0,
    stored: new Map(kinds.map((kind, index) => [kind, collections[index] ?? []])),
  }
}

const lastSequence = (group_id: string) =>
  sql<number>`coalesce((select max(sequence) from ${configChanges} where group_id = ${group_id}), 0)`

/** Fails the batch when somebody changed the group after it was read. */
const unchangedSince = ({ db, group_id }: Place, sequence: number): Statement =>
  unless(db, sql`${lastSequence(group_id)} <> ${sequence}`)

const differenceOf = async (
  place: Place,
  kind: EntityKind,
  rows: Row[],
  wanted: Row[],
  now: number,
): Promise<Difference> => {
  const { env } = place
  const stored = new Map(rows.map((row) => [row.id as string, row]))
  const difference: Difference = { kind, created: [], updated: [], deleted: [], unchanged: 0 }

  for (const row of wanted) {
    const entity = completed(kind, row, now)
    const before = stored.get(entity.id)
    stored.delete(entity.id)
    if (!before) difference.created.push(entity)
    else if (await isSame(place, kind, before, entity)) difference.unchanged++
    else {
      const decoded = await decodeRow(env, kind, before)
      const after: Entity = { ...entity, created_at: decoded.created_at }
      if (kind.updatedAt !== false) after.updated_at = now
      difference.updated.push({ before: decoded, after })
    }
  }
  difference.deleted = await Promise.all(
    [...stored.values()].map((row) => decodeRow(env, kind, row)),
  )
  return difference
}

const completed = (kind: EntityKind, row: Record<string, unknown>, now: number): Entity => {
  const entity = { ...row } as Entity
  entity.id = String(row.id).toLowerCase()
  entity.created_at ??= now
  if (kind.updatedAt === false) delete entity.updated_at
  else entity.updated_at ??= now
  return entity
}

/**
 * Compares all but times. Secrets with a column of their own are compared by digest; only what stands within structured
 * fields is decrypted for it.
 */
const isSame = async (
  { env }: Place,
  kind: EntityKind,
  stored: Record<string, unknown>,
  wanted: Entity,
): Promise<boolean> => {
  for (const { field, name, type, otherwise } of columnsOf(kind)) {
    const has = stored[name] ?? null
    const wants = wanted[field] ?? null
    if (has === null || wants === null) {
      if ((has ?? otherwise) !== wants) return false
    } else if (type === 'secret') {
      const digest = await digestSecret(env, secretLabel(kind, field), String(wants))
      if (stored[`${name}_digest`] !== digest) return false
    } else if (type === 'json') {
      if (has === JSON.stringify(wants)) continue
      const decoded = await decodeJson(env, kind, field, stored)
      if (canonicalJson(decoded) !== canonicalJson(wants)) return false
    } else if (type === 'reference') {
      if (has !== (wants as { id: string }).id) return false
    } else if (type === 'boolean') {
      if ((has === 1) !== wants) return false
    } else if (has !== wants) return false
  }
  return true
}

const idOf = ({ id }: Entity): string => id

const changesOf = ({ kind, created, updated, deleted }: Difference): Change[] => [
  ...deleted.map(
    (entity): Change => ({
      kind,
      action: 'delete',
      id: entity.id,
      before: masked(kind, entity),
      after: null,
    }),
  ),
  ...updated.map(
    ({ before, after }): Change => ({
      kind,
      action: 'update',
      id: after.id,
      before: masked(kind, before),
      after: masked(kind, after),
    }),
  ),
  ...created.map(
    (entity): Change => ({
      kind,
      action: 'create',
      id: entity.id,
      before: null,
      after: masked(kind, entity),
    }),
  ),
]
