import type { Context } from '#workers/api/context'
import type { RuntimeGroupRow } from './model.ts'
import { isConnected } from './nodes.ts'
import { groupObject } from './stub.ts'

/** A published state of a group, and how far it has spread. */
export interface PublishedVersion {
  version: number
  root: string
  previous: string | null
  created_at: string
  /** Who made the changes, in one line. */
  actor: string
  counts: Record<string, number>
  /** Connected runtimes that run it. */
  nodes_in_sync: number
}

/** Newest first, below the version `before`. */
export const listVersions = async (
  { env, now }: Pick<Context, 'env' | 'now'>,
  group: RuntimeGroupRow,
  size: number,
  before = String(Number.MAX_SAFE_INTEGER),
): Promise<PublishedVersion[]> => {
  const object = groupObject(env, group.id)
  const [versions, { nodes }] = await Promise.all([
    object.versions(Number(before), size),
    object.roster(),
  ])
  const spread = new Map<string, number>()
  for (const node of nodes) {
    if (node.root === null || !isConnected(node, now())) continue
    const key = `${node.version} ${node.root}`
    spread.set(key, (spread.get(key) ?? 0) + 1)
  }
  return versions.map(({ version, root, previous, created_at, actors, counts }) => ({
    version,
    root,
    previous,
    created_at,
    actor: actors.length > 0 ? actors.join(', ') : 'system',
    counts,
    nodes_in_sync: spread.get(`${version} ${root}`) ?? 0,
  }))
}
