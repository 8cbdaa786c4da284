import { and, asc, eq, sql } from 'drizzle-orm'
import { kindByName } from '#model/index'
import type { EntityKind } from '#model/kit'
import { Problem } from '../api/problem.ts'
import { columnAt, type Place } from './lookup.ts'
import { type Entity, encodeRow, masked } from './row.ts'
import type { Part } from './store.ts'
import { tableOf } from './table.ts'
import { deleteRows, insertRows } from './write.ts'

/*
 * Kong's certificates carry a list `snis` of host names, which are entities of their own: written with the certificate,
 * shown with it, never stored in it.
 */
const sniKind = (): EntityKind => kindByName.get('sni') as EntityKind

/** Takes the list of names out of what was sent. `names` is undefined when none was sent. */
export const takeNames = (
  kind: EntityKind,
  sent: Record<string, unknown>,
): { sent: Record<string, unknown>; names: string[] | undefined } => {
  if (kind.name !== 'certificate' || !('snis' in sent)) return { sent, names: undefined }
  const { snis, ...rest } = sent
  if (snis === null || snis === undefined) return { sent: rest, names: [] }
  if (!Array.isArray(snis)) throw new Problem('invalid', undefined, { snis: 'expected an array' })
  const problems = snis.map((name) => problemOf(name))
  if (problems.some((problem) => problem !== null)) {
    throw new Problem('invalid', undefined, { snis: problems })
  }
  return { sent: rest, names: [...new Set(snis as string[])] }
}

const problemOf = (name: unknown): string | null => {
  const parsed = sniKind().parse({ name, certificate: { id: crypto.randomUUID() } })
  if (parsed.ok) return null
  const { name: problem } = parsed.fields
  return typeof problem === 'string' ? problem : 'invalid value'
}

/** What has to be written for a certificate to have these names and no others. */
export const nameChanges = async (
  place: Place,
  certificate: Entity,
  names: string[],
  now: number,
): Promise<Part> => {
  const kind = sniKind()
  const stored = await namesOf(place, [certificate.id])
  const gone = stored.filter(({ name }) => !names.includes(name))
  const added = names
    .filter((name) => !stored.some((row) => row.name === name))
    .map(
      (name): Entity => ({
        id: crypto.randomUUID(),
        created_at: now,
        updated_at: now,
        name,
        certificate: { id: certificate.id },
        tags: null,
      }),
    )
  const { db, env, group_id } = place
  const rows = await Promise.all(added.map((entity) => encodeRow(env, kind, entity)))
  const ids = gone.map(({ id }) => id)
  return {
    statements: [...deleteRows(db, group_id, kind, ids), ...insertRows(db, group_id, kind, rows)],
    changes: [
      ...gone.map(({ id, name }) => ({
        kind,
        action: 'delete' as const,
        id,
        before: { id, name, certificate: { id: certificate.id } },
        after: null,
      })),
      ...added.map((entity) => ({
        kind,
        action: 'create' as const,
        id: entity.id,
        before: null,
        after: masked(kind, entity),
      })),
    ],
    written: added.map((entity) => ({ kind, entity })),
  }
}

/** Certificates with their names beside them; other kinds as they are. */
export const withNames = async (
  place: Place,
  kind: EntityKind,
  entities: Entity[],
): Promise<Entity[]> => {
  if (kind.name !== 'certificate' || entities.length === 0) return entities
  const stored = await namesOf(
    place,
    entities.map(({ id }) => id),
  )
  return entities.map((entity) => ({
    ...entity,
    snis: stored.filter(({ owner }) => owner === entity.id).map(({ name }) => name),
  }))
}

/** The id of the certificate that answers for a host name. */
export const certificateFor = async (
  { db, group_id }: Place,
  name: string,
): Promise<string | undefined> => {
  const table = tableOf(sniKind())
  const [row] = await db
    .select({ id: columnAt(table, 'certificate_id') })
    .from(table)
    .where(and(eq(columnAt(table, 'group_id'), group_id), eq(columnAt(table, 'name'), name)))
    .limit(1)
  return row?.id as string | undefined
}

const namesOf = async (
  { db, group_id }: Place,
  certificates: string[],
): Promise<{ id: string; name: string; owner: string }[]> => {
  const table = tableOf(sniKind())
  const owner = columnAt(table, 'certificate_id')
  const rows = await db
    .select({ id: columnAt(table, 'id'), name: columnAt(table, 'name'), owner })
    .from(table)
    .where(
      and(
        eq(columnAt(table, 'group_id'), group_id),
        sql`${owner} in (select value from json_each(${JSON.stringify(certificates)}))`,
      ),
    )
    .orderBy(asc(columnAt(table, 'name')))
  return rows as { id: string; name: string; owner: string }[]
}
