import { and, eq, gt, lte, max } from 'drizzle-orm'
import type { EntityProblem } from '#engine/protocol'
import type { SnapshotEntity } from '#engine/snapshot'
import { licenceOf } from '#modules/licences'
import { plugins } from '#plugins/index'
import { configChanges } from '#workers/db/changes'
import { type Database, databaseOf } from '#workers/db/database'
import { snapshotOf } from '#workers/db/snapshot'
import type { Env } from '#workers/env'
import { contentOf, contentStore, deltaOf } from './content.ts'
import { runtimeGroups } from './model.ts'
import { type SignedManifest, sign, signingKeysOf } from './signing.ts'
import type { Version } from './versions.ts'

/** A publish that will not succeed before the configuration changes. */
export class PublishRefused extends Error {
  override name = 'PublishRefused'
  readonly entities: EntityProblem[]

  constructor(message: string, entities: EntityProblem[]) {
    super(message)
    this.entities = entities
  }
}

/** The group is no more. */
export class GroupGone extends Error {
  override name = 'GroupGone'
}

/** What a publish came to: a new version, or the same content again. */
export type Draft =
  | { changed: true; version: Version; hashes: Map<string, string> }
  | { changed: false; sequence: number }

/** Hashes of the latest version's entities, when they are still in memory. */
export interface Known {
  root: string
  hashes: Map<string, string>
}

const ACTORS_NAMED = 10
const runnable = new Set(plugins.map(({ name }) => name))

/**
 * Makes the next version of a group out of its present configuration: stores the content, signs the manifest. Nothing
 * is published until the caller appends it. Throws PublishRefused, GroupGone, or what the storage throws.
 */
export const draftVersion = async (
  env: Env,
  group_id: string,
  latest: Version | undefined,
  known: Known | undefined,
  now: number,
): Promise<Draft> => {
  const db = databaseOf(env)
  await organizationOf(db, group_id)
  const { entities, sequence, counts } = await snapshotOf(db, env, group_id)
  const content = contentOf(entities)
  if (content.root === latest?.root) return { changed: false, sequence }

  mustRun(entities)
  const store = contentStore(env.CONTENT, group_id)
  const before =
    latest && (known?.root === latest.root ? known.hashes : await store.hashes(latest.root))
  await store.put(
    content,
    latest && before && deltaOf({ root: latest.root, hashes: before }, content),
  )

  const facts = {
    version: (latest?.version ?? 0) + 1,
    root: content.root,
    previous: latest?.root ?? null,
    counts,
  }
  const [signed, actors] = await Promise.all([
    signVersion(env, db, group_id, facts, now),
    actorsBetween(db, group_id, latest?.sequence ?? 0, sequence),
  ])
  const version: Version = { ...facts, ...signed, sequence, actors, created_at: signed.issued_at }
  return { changed: true, version, hashes: content.hashes }
}

/** Signs a version, for the first time or again. */
export const signVersion = async (
  env: Env,
  db: Database,
  group_id: string,
  { version, root, previous, counts }: Pick<Version, 'version' | 'root' | 'previous' | 'counts'>,
  now: number,
): Promise<SignedManifest> => {
  const organization_id = await organizationOf(db, group_id)
  const [keys, licence] = await Promise.all([
    signingKeysOf(env, db, organization_id, now),
    licenceOf(db, organization_id),
  ])
  return sign(
    {
      organization: organization_id,
      group: group_id,
      version,
      root,
      previous,
      licence: { plan: licence?.plan ?? 'none', expires_at: licence?.expires_at ?? null },
      counts,
    },
    keys,
    now,
  )
}

/** The last change of the group's configuration; 0 when there was none. */
export const lastChange = async (db: Database, group_id: string): Promise<number> => {
  const [row] = await db
    .select({ sequence: max(configChanges.sequence) })
    .from(configChanges)
    .where(eq(configChanges.group_id, group_id))
  return row?.sequence ?? 0
}

const organizationOf = async (db: Database, group_id: string): Promise<string> => {
  const [group] = await db
    .select({ organization_id: runtimeGroups.organization_id })
    .from(runtimeGroups)
    .where(eq(runtimeGroups.id, group_id))
    .limit(1)
  if (!group) throw new GroupGone(`there is no runtime group ${group_id}`)
  return group.organization_id
}

const actorsBetween = async (
  db: Database,
  group_id: string,
  after: number,
  upTo: number,
): Promise<string[]> => {
  const rows = await db
    .selectDistinct({ actor: configChanges.actor })
    .from(configChanges)
    .where(
      and(
        eq(configChanges.group_id, group_id),
        gt(configChanges.sequence, after),
        lte(configChanges.sequence, upTo),
      ),
    )
    .limit(ACTORS_NAMED)
  return rows.map(({ actor }) => actor)
}

const mustRun = (entities: SnapshotEntity[]): void => {
  const unknown = entities.filter(
    ({ kind, entity }) =>
      kind === 'plugins' && entity.enabled !== false && !runnable.has(String(entity.name)),
  )
  if (unknown.length === 0) return
  const names = [...new Set(unknown.map(({ entity }) => String(entity.name)))]
  throw new PublishRefused(
    `no runtime has the plugin${names.length > 1 ? 's' : ''} ${names.join(', ')}`,
    unknown.map(({ kind, entity }) => ({
      kind,
      id: entity.id,
      message: `plugin ${String(entity.name)} is not known`,
    })),
  )
}
