import { eq, sql } from 'drizzle-orm'
import { kinds } from '#model/index'
import type { EntityKind } from '#model/kit'
import { Problem } from '../api/problem.ts'
import { columnAt, type Place } from './lookup.ts'
import { referencesOf } from './references.ts'
import { decodeRow, type Entity } from './row.ts'
import { tableOf } from './table.ts'

export interface Doomed {
  kind: EntityKind
  entity: Entity
}

/**
 * Everything that goes when an entity goes, the entity last. Throws Kong's foreign key violation when something that
 * stays points at it.
 */
export const cascadeOf = async (
  place: Place,
  kind: EntityKind,
  entity: Entity,
): Promise<Doomed[]> => {
  await refuseListed(place, kind, entity)
  const doomed = new Map<string, Doomed>()
  await collect(place, kind, entity, doomed)
  return [...doomed.values()]
}

const collect = async (
  place: Place,
  kind: EntityKind,
  entity: Entity,
  doomed: Map<string, Doomed>,
): Promise<void> => {
  for (const child of kinds) {
    for (const { field, target, onDelete } of referencesOf(child)) {
      if (target !== kind) continue
      const found = await pointingAt(place, child, field, entity.id)
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
  const name = `${kind.plural}/${entity.id}`
  doomed.delete(name)
  doomed.set(name, { kind, entity })
}

const pointingAt = async (
  { db, env, group_id }: Place,
  kind: EntityKind,
  field: string,
  id: string,
): Promise<Entity[]> => {
  const table = tableOf(kind)
  const rows = await db
    .select()
    .from(table)
    .where(
      sql`${eq(columnAt(table, 'group_id'), group_id)} and ${eq(columnAt(table, `${field}_id`), id)}`,
    )
  return Promise.all(rows.map((row) => decodeRow(env, kind, row)))
}

/** A service lists the authorities that it trusts; Kong will not let one go while it is listed. */
const refuseListed = async (
  { db, group_id }: Place,
  kind: EntityKind,
  { id }: Entity,
): Promise<void> => {
  if (kind.name !== 'ca_certificate') return
  const [listed] = await db.all<{ id: string }>(
    sql`select services.id from services, json_each(services.ca_certificates) as listed where services.group_id = ${group_id} and listed.value = ${id} limit 1`,
  )
  if (listed) {
    throw new Problem(
      'referenced_by_others',
      `ca certificate ${id} is still referenced by services (id = ${listed.id})`,
    )
  }
}
