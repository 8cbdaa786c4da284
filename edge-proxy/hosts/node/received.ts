import { nameOf, type SnapshotEntity } from '#engine/snapshot'
import type { Candidate } from '../shared/candidate.ts'
import type { Delivery } from './messages.ts'

/** The primary's side of handing snapshots to worker processes: whole, or as a change when that is what they lack. */
export const deliveryOf = (candidate: Candidate, has: string | undefined): Delivery => {
  const { version, root, entities, change } = candidate
  if (change && change.base === has)
    return { version, root, base: change.base, put: change.put, removed: change.removed }
  return { version, root, base: null, put: entities, removed: [] }
}

/** The worker's side: what it got so far, so that a change is enough. */
export const received = () => {
  let entities = new Map<string, SnapshotEntity>()

  return {
    /** The snapshot that a delivery makes. */
    candidate({ version, root, base, put, removed }: Delivery): Candidate {
      const next = base === null ? new Map<string, SnapshotEntity>() : new Map(entities)
      for (const name of removed) next.delete(name)
      for (const item of put) next.set(nameOf(item), item)
      return { version, root, entities: [...next.values()], change: undefined }
    },
    /** It is in use: changes begin from it. */
    keep(candidate: Candidate): void {
      entities = new Map(candidate.entities.map((item) => [nameOf(item), item]))
    },
  }
}
