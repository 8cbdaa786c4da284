import type { EntityProblem } from '#engine/protocol'
import { isSealed, type Sealer } from '#engine/seal'
import { nameOf, type SnapshotEntity } from '#engine/snapshot'
import { ConfigurationRefused } from './refusal.ts'

/**
 * Opens the sealed secrets of entities, wherever in them they are. An entity without any is passed on as it is, so that
 * nothing is copied for nothing. Throws ConfigurationRefused with every entity that does not open.
 */
export const openSecrets = async (
  entities: Iterable<SnapshotEntity>,
  sealer: Sealer,
): Promise<Map<string, SnapshotEntity>> => {
  const opened = new Map<string, SnapshotEntity>()
  const problems: EntityProblem[] = []
  for (const item of entities) {
    const { kind, entity } = item
    if (!holdsSealed(entity)) {
      opened.set(nameOf(item), item)
      continue
    }
    try {
      const open = (await openAll(entity, sealer)) as SnapshotEntity['entity']
      opened.set(nameOf(item), { kind, entity: open })
    } catch {
      const message = 'a secret of it does not open with the key of this group'
      problems.push({ kind, id: entity.id, message })
    }
  }
  if (problems.length > 0)
    throw new ConfigurationRefused('secrets do not open with the key of this group', problems)
  return opened
}

const holdsSealed = (value: unknown): boolean => {
  if (typeof value === 'string') return isSealed(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(holdsSealed)
}

const openAll = async (value: unknown, sealer: Sealer): Promise<unknown> => {
  if (isSealed(value)) return sealer.open(value)
  if (Array.isArray(value)) return Promise.all(value.map((item) => openAll(item, sealer)))
  if (typeof value !== 'object' || value === null) return value
  const members: [string, unknown][] = []
  for (const [name, member] of Object.entries(value))
    members.push([name, await openAll(member, sealer)])
  return Object.fromEntries(members)
}
