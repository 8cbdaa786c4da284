import type { SnapshotAnswer } from '#engine/protocol'
import {
  BUCKETS,
  bucketOf,
  type EntityHashes,
  hashAll,
  hashBuckets,
  nameOf,
  rootOf,
  type SnapshotEntity,
} from '#engine/snapshot'

/**
 * The content of one snapshot with the hashes that prove it. Immutable: a change makes a new one that shares all it can,
 * and hashes only the entities that changed and the buckets they are in.
 */
export interface Content {
  readonly root: string
  /** By `kind/id`, as sent: sealed secrets stay sealed. */
  readonly entities: ReadonlyMap<string, SnapshotEntity>
  readonly buckets: readonly Bucket[]
}

interface Bucket {
  readonly hash: string
  readonly members: EntityHashes
}

export const wholeContent = (sent: readonly SnapshotEntity[]): Content => {
  const entities = new Map(sent.map((item) => [nameOf(item), item]))
  const hashes = hashAll(entities.values())
  const members: EntityHashes[] = Array.from({ length: BUCKETS }, () => new Map())
  for (const [name, hash] of hashes) members[bucketOf(name)]?.set(name, hash)
  const buckets = hashBuckets(hashes).map((hash, at) => ({
    hash,
    members: members[at] ?? new Map(),
  }))
  return contentOf(entities, buckets)
}

/** The content that a change makes of another. */
export const changedContent = (
  before: Content,
  { entities: put, removed }: Pick<SnapshotAnswer, 'entities' | 'removed'>,
): Content => {
  const entities = new Map(before.entities)
  const touched = new Map<number, EntityHashes>()
  const membersWith = (name: string): EntityHashes => {
    const at = bucketOf(name)
    const members = touched.get(at) ?? new Map(before.buckets[at]?.members)
    touched.set(at, members)
    return members
  }
  for (const name of removed) {
    entities.delete(name)
    membersWith(name).delete(name)
  }
  for (const item of put) entities.set(nameOf(item), item)
  for (const [name, hash] of hashAll(put)) membersWith(name).set(name, hash)

  const fresh = hashBuckets(new Map([...touched.values()].flatMap((members) => [...members])))
  const buckets = [...before.buckets]
  for (const [at, members] of touched) buckets[at] = { hash: fresh[at] ?? '', members }
  return contentOf(entities, buckets)
}

const contentOf = (entities: Map<string, SnapshotEntity>, buckets: Bucket[]): Content => ({
  root: rootOf(buckets.map(({ hash }) => hash)),
  entities,
  buckets,
})
