import type { SnapshotAnswer } from '#engine/protocol'
import {
  type EntityHashes,
  hashAll,
  hashBuckets,
  nameOf,
  rootOf,
  type SnapshotEntity,
} from '#engine/snapshot'

/** The content of a version: its entities, their hashes and the root over them. */
export interface Content {
  root: string
  entities: SnapshotEntity[]
  hashes: EntityHashes
}

const JSON_TYPE = { httpMetadata: { contentType: 'application/json' } }

export const snapshotKey = (group_id: string, root: string): string =>
  `snapshots/${group_id}/${root}.json`

export const deltaKey = (group_id: string, base: string, root: string): string =>
  `deltas/${group_id}/${base}-${root}.json`

export const contentOf = (entities: SnapshotEntity[]): Content => {
  const hashes = hashAll(entities)
  return { root: rootOf(hashBuckets(hashes)), entities, hashes }
}

/** What makes the content out of another one: entities that are new or different, names of those that are gone. */
export const deltaOf = (
  base: { root: string; hashes: EntityHashes },
  { entities, hashes }: Content,
): SnapshotAnswer => ({
  base: base.root,
  entities: entities.filter((item) => {
    const name = nameOf(item)
    return base.hashes.get(name) !== hashes.get(name)
  }),
  removed: [...base.hashes.keys()].filter((name) => !hashes.has(name)),
})

/** Several deltas, each upon the one before, as one. */
export const joinDeltas = (deltas: SnapshotAnswer[]): SnapshotAnswer => {
  const put = new Map<string, SnapshotEntity>()
  const removed = new Set<string>()
  for (const delta of deltas) {
    for (const name of delta.removed) {
      put.delete(name)
      removed.add(name)
    }
    for (const item of delta.entities) {
      put.set(nameOf(item), item)
      removed.delete(nameOf(item))
    }
  }
  return { base: deltas[0]?.base ?? null, entities: [...put.values()], removed: [...removed] }
}

/** Immutable blobs of a group: whole snapshots and the steps between them. */
export const contentStore = (bucket: R2Bucket, group_id: string) => ({
  async put(content: Content, delta: SnapshotAnswer | undefined): Promise<void> {
    const full: SnapshotAnswer = { base: null, entities: content.entities, removed: [] }
    await bucket.put(snapshotKey(group_id, content.root), JSON.stringify(full), JSON_TYPE)
    if (!delta?.base) return
    await bucket.put(deltaKey(group_id, delta.base, content.root), JSON.stringify(delta), JSON_TYPE)
  },

  /** The hashes of a snapshot; undefined when it is missing or is not what its name says. */
  async hashes(root: string): Promise<EntityHashes | undefined> {
    const stored = await bucket.get(snapshotKey(group_id, root))
    if (!stored) return undefined
    try {
      const { entities } = await stored.json<SnapshotAnswer>()
      const content = contentOf(entities)
      return content.root === root ? content.hashes : undefined
    } catch {
      return undefined
    }
  },

  /** A snapshot as it is stored. */
  open(root: string): Promise<R2ObjectBody | null> {
    return bucket.get(snapshotKey(group_id, root))
  },

  /** The way through these roots, as one delta; undefined when a step is missing. */
  async delta(roots: string[]): Promise<SnapshotAnswer | undefined> {
    const steps = await Promise.all(
      roots.slice(1).map((root, index) => bucket.get(deltaKey(group_id, roots[index] ?? '', root))),
    )
    const deltas: SnapshotAnswer[] = []
    for (const step of steps) {
      if (!step) return undefined
      deltas.push(await step.json<SnapshotAnswer>())
    }
    return joinDeltas(deltas)
  },

  async remove({ roots, pairs }: { roots: string[]; pairs: [string, string][] }): Promise<void> {
    const keys = [
      ...roots.map((root) => snapshotKey(group_id, root)),
      ...pairs.map(([base, root]) => deltaKey(group_id, base, root)),
    ]
    for (let at = 0; at < keys.length; at += 1000) await bucket.delete(keys.slice(at, at + 1000))
  },

  /** Everything of the group. */
  async clear(): Promise<void> {
    for (const prefix of [`snapshots/${group_id}/`, `deltas/${group_id}/`]) {
      for (;;) {
        const { objects, truncated } = await bucket.list({ prefix })
        if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key))
        if (!truncated) break
      }
    }
  },
})
