import { and, asc, eq, gt, or } from 'drizzle-orm'
import type { Context } from '#workers/api/context'
import { Problem } from '#workers/api/problem'
import { type NodeRow, nodes, type RuntimeGroupRow } from './model.ts'
import type { NodeState } from './roster.ts'
import { groupObject } from './stub.ts'

/**
 * A runtime that was heard of within this time is connected. Polls of a Node last 25 seconds and its reports come each 15; an
 * edge data plane without traffic is woken each minute.
 */
export const CONNECTED_MS = { node: 40_000, worker: 90_000 }

/** A runtime as people see it. Times are RFC 3339. */
export interface Node {
  id: string
  hostname: string
  host: 'worker' | 'node'
  /** Of the runtime's software. */
  version: string
  config_version: number
  config_root: string | null
  state: 'connected' | 'disconnected'
  /** Whether it runs the content that the group published last. */
  in_sync: boolean
  last_seen: string | null
  applied_at: string | null
  started_at: string | null
  refused: NodeState['refused']
  warnings: NodeState['warnings']
  records_dropped: number
  created_at: string
}

type Latest = { version: number; root: string } | null

/** Runtimes of a group, oldest registration first, after the one at `after`. */
export const listNodes = async (
  { db, env, now }: Pick<Context, 'db' | 'env' | 'now'>,
  group: RuntimeGroupRow,
  size: number,
  after?: { created_at: string; id: string },
): Promise<Node[]> => {
  const [rows, roster] = await Promise.all([
    db
      .select()
      .from(nodes)
      .where(
        and(
          eq(nodes.group_id, group.id),
          after &&
            or(
              gt(nodes.created_at, after.created_at),
              and(eq(nodes.created_at, after.created_at), gt(nodes.id, after.id)),
            ),
        ),
      )
      .orderBy(asc(nodes.created_at), asc(nodes.id))
      .limit(size),
    groupObject(env, group.id).roster(),
  ])
  const states = new Map(roster.nodes.map((state) => [state.id, state]))
  return rows.map((row) => nodeOf(row, states.get(row.id), roster.latest, now()))
}

/** Throws Problem `not_found`. */
export const findNode = async (
  { db, env, now }: Pick<Context, 'db' | 'env' | 'now'>,
  group: RuntimeGroupRow,
  id: string,
): Promise<Node> => {
  const [row] = await db
    .select()
    .from(nodes)
    .where(and(eq(nodes.group_id, group.id), eq(nodes.id, id)))
    .limit(1)
  if (!row) throw new Problem('not_found', `There is no runtime "${id}" in group ${group.name}.`)
  const { latest, nodes: states } = await groupObject(env, group.id).roster()
  return nodeOf(
    row,
    states.find((state) => state.id === id),
    latest,
    now(),
  )
}

/** Forgets a runtime. Its token is good no longer; with a registration token it can come back. */
export const deleteNode = async (
  { db, env, audit }: Pick<Context, 'db' | 'env' | 'audit'>,
  group: RuntimeGroupRow,
  id: string,
): Promise<void> => {
  const mine = and(eq(nodes.group_id, group.id), eq(nodes.id, id))
  const [row] = await db.select().from(nodes).where(mine).limit(1)
  if (!row) throw new Problem('not_found', `There is no runtime "${id}" in group ${group.name}.`)
  await db.batch([
    db.delete(nodes).where(mine),
    audit('node.deleted', { kind: 'node', id, name: row.hostname, group_id: group.id }),
  ])
  await groupObject(env, group.id).forget(id)
}

/** Whether a runtime counts as connected. `now`: epoch milliseconds. */
export const isConnected = (
  state: Pick<NodeState, 'last_seen' | 'host'> | undefined,
  now: number,
) => state !== undefined && now - Date.parse(state.last_seen) <= CONNECTED_MS[state.host ?? 'node']

const nodeOf = (row: NodeRow, state: NodeState | undefined, latest: Latest, now: number): Node => ({
  id: row.id,
  hostname: state?.hostname ?? row.hostname,
  host: row.host,
  version: state?.runtime_version ?? row.version,
  config_version: state?.version ?? 0,
  config_root: state?.root ?? null,
  state: isConnected(state, now) ? 'connected' : 'disconnected',
  in_sync: latest !== null && state?.root === latest.root,
  last_seen: state?.last_seen ?? null,
  applied_at: state?.applied_at ?? null,
  started_at: state?.started_at ?? null,
  refused: state?.refused ?? null,
  warnings: state?.warnings ?? [],
  records_dropped: state?.records_dropped ?? 0,
  created_at: row.created_at,
})
