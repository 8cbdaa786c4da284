import { eq, sql } from 'drizzle-orm'
import { type Sealer, sealer } from '#engine/seal'
import { digest, type SnapshotEntity } from '#engine/snapshot'
import { kinds } from '#model/index'
import { type EntityKind, metaOf } from '#model/kit'
import type { Env } from '../env.ts'
import { runtimeGroups } from '../modules/runtime-groups/model.ts'
import { sealingKeyOf } from '../modules/runtime-groups/sealing.ts'
import { configChanges } from './changes.ts'
import type { Database } from './database.ts'
import { columnAt } from './lookup.ts'
import { decodeRow } from './row.ts'
import { changeSecrets, type Secret, schemaAt } from './secrets.ts'
import { tableOf } from './table.ts'

/** What a group's runtimes are to run, as it stood at one moment. */
export interface Snapshot {
  entities: SnapshotEntity[]
  /** Of the last change that is in it; 0 when there was none. */
  sequence: number
  /** Entities by kind, kinds without any left out. */
  counts: Record<string, number>
}

/**
 * Reads the whole configuration of a group in one batch, so that it holds together. Secrets that are only compared go
 * out as digests, those that must be used sealed with the group's key, wherever they stand. When an entity was last changed is left out: to
 * write the same content again makes no other snapshot.
 */
export const snapshotOf = async (db: Database, env: Env, group_id: string): Promise<Snapshot> => {
  const reads = kinds.map((kind) => {
    const table = tableOf(kind)
    return db
      .select()
      .from(table)
      .where(eq(columnAt(table, 'group_id'), group_id))
  })
  const [groups, last, ...collections] = await db.batch([
    db
      .select({ sealing_key: runtimeGroups.sealing_key })
      .from(runtimeGroups)
      .where(eq(runtimeGroups.id, group_id)),
    db
      .select({ sequence: sql<number | null>`max(${configChanges.sequence})` })
      .from(configChanges)
      .where(eq(configChanges.group_id, group_id)),
    ...reads,
  ])
  const [group] = groups
  if (!group) throw new Error(`there is no runtime group ${group_id}`)
  const seal = await sealer(await sealingKeyOf(env, group))

  const entities: SnapshotEntity[] = []
  const counts: Record<string, number> = {}
  for (const [index, kind] of kinds.entries()) {
    const rows = collections[index] ?? []
    if (rows.length > 0) counts[kind.plural] = rows.length
    const shown = await Promise.all(rows.map((row) => snapshotEntity(env, seal, kind, row)))
    for (const entity of shown) entities.push(entity)
  }
  return { entities, sequence: last[0]?.sequence ?? 0, counts }
}

const snapshotEntity = async (
  env: Env,
  seal: Sealer,
  kind: EntityKind,
  row: Record<string, unknown>,
): Promise<SnapshotEntity> => {
  const { updated_at: _, ...stored } = await decodeRow(env, kind, row)
  const entity: SnapshotEntity['entity'] = { id: stored.id }
  const hide = async ({ text, use }: Secret): Promise<string> =>
    use === 'compared' ? digest(text) : seal.seal(text)
  for (const [field, value] of Object.entries(stored)) {
    if (value === null || value === undefined) continue
    const schema = kind.fields[field]
    const secret = schema === undefined ? undefined : metaOf(schema).secret
    entity[field] = secret
      ? await hide({ text: String(value), use: secret })
      : await changeSecrets(schemaAt(kind, field, stored), value, hide)
  }
  return { kind: kind.plural, entity }
}
