import { eq, sql } from 'drizzle-orm'
import { kinds } from '#model/index'
import type { EntityKind } from '#model/kit'
import { Problem } from '../api/problem.ts'
import type { Statement } from './database.ts'
import { mustStand, unless } from './guard.ts'
import { columnAt, type Place, type Stored } from './lookup.ts'
import { referencesOf } from './references.ts'
import { decodeRow } from './row.ts'
import { tableOf } from './table.ts'

export interface Doomed extends Stored {
  kind: EntityKind
}

/**
 * Everything that goes when an entity goes, the entity last. Throws Kong's foreign key violation when something that
 * stays points at it.
 */
export const cascadeOf = async (
  place: Place,
  kind: EntityKind,
  stored: Stored,
): Promise<Doomed[]> => {
  await refuseListed(place, kind, stored.entity.id)
  const doomed = new Map<string, Doomed>()
  await collect(place, kind, stored, doomed)
  return [...doomed.values()]
}

/** Fails the batch of a deletion when it is not about what is there any more. What came to hang on it, a key tells. */
export const mustBeDoomed = ({ db, group_id }: Place, doomed: Doomed[]): Statement[] =>
  kinds.flatMap((kind) => {
    const own = doomed.filter((one) => one.kind === kind)
    const rows = own.map(({ row }) => row)
    const listed =
      kind.name === 'ca_certificate'
        ? own.map(({ entity }) => unless(db, sql`exists (${listing(group_id, entity.id)})`))
        : []
    return [...mustStand(db, group_id, kind, rows), ...listed]
  })

const collect = async (
  place: Place,
  kind: EntityKind,
  stored: Stored,
  doomed: Map<string, Doomed>,
): Promise<void> => {
  for (const child of kinds) {
    for (const { field, target, onDelete } of referencesOf(child)) {
      if (target !== kind) continue
      const found = await pointingAt(place, child, field, stored.entity.id)
      if (found.length > 0 && onDelete === 'restrict') {
        throw new Problem(
          'foreign_key_violation',
          `an existing '${child.plural}' entity references this '${kind.plural}' entity`,
          { '@referenced_by': child.plural },
        )
      }
      for (const one of found) await collect(place, child, one, doomed)
    }
  }
  const name = `${kind.plural}/${stored.entity.id}`
  doomed.delete(name)
  doomed.set(name, { kind, ...stored })
}

const pointingAt = async (
  { db, env, group_id }: Place,
  kind: EntityKind,
  field: string,
  id: string,
): Promise<Stored[]> => {
  const table = tableOf(kind)
  const rows = await db
    .select()
    .from(table)
    .where(
      sql`${eq(columnAt(table, 'group_id'), group_id)} and ${eq(columnAt(table, `${field}_id`), id)}`,
    )
  return Promise.all(rows.map(async (row) => ({ entity: await decodeRow(env, kind, row), row })))
}

/** A service lists the authorities that it trusts; Kong will not let one go while it is listed. */
const refuseListed = async (
  { db, group_id }: Place,
  kind: EntityKind,
  id: string,
): Promise<void> => {
  if (kind.name !== 'ca_certificate') return
  const [listed] = await db.all<{ id: string }>(listing(group_id, id))
  if (listed) {
    throw new Problem(
      'referenced_by_others',
      `ca certificate ${id} is still referenced by services (id = ${listed.id})`,
    )
  }
}

const listing = (group_id: string, id: string) =>
  sql`select services.id from services, json_each(services.ca_certificates) as listed where services.group_id = ${group_id} and listed.value = ${id} limit 1`
