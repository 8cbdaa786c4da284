import { eq, sql } from 'drizzle-orm'
import { kinds } from '#model/index'
import type { Context } from '#workers/api/context'
import { Problem } from '#workers/api/problem'
import { configChanges } from '#workers/db/changes'
import { batch, type Database } from '#workers/db/database'
import { tableOf } from '#workers/db/table'
import { contentStore } from './content.ts'
import { targetOf } from './groups.ts'
import { nodes, type RuntimeGroupRow, registrationTokens, runtimeGroups } from './model.ts'
import { groupObject } from './stub.ts'

/**
 * Deletes a group with everything in it. Runtimes are not stopped: they go on with the last configuration they have, and
 * their tokens end. Without `force`, a group that holds configuration or runtimes is refused with Problem `conflict`,
 * which says what would be lost.
 */
export const deleteGroup = async (
  { db, env, audit, defer }: Context,
  group: RuntimeGroupRow,
  force: boolean,
): Promise<void> => {
  const lost = await contentsOf(db, group.id)
  if (!force && Object.keys(lost).length > 0) {
    const list = Object.entries(lost).map(([plural, count]) => `${count} ${nameOf(plural, count)}`)
    throw new Problem(
      'conflict',
      `Runtime group "${group.name}" is not empty: deleting it loses ${list.join(', ')}. Delete those first, or add ?force=true.`,
      undefined,
      { lost },
    )
  }
  await batch(db, [
    ...[...kinds].reverse().map((kind) => {
      const table = tableOf(kind)
      return db.delete(table).where(sql`${table.group_id} = ${group.id}`)
    }),
    db.delete(configChanges).where(eq(configChanges.group_id, group.id)),
    db.delete(nodes).where(eq(nodes.group_id, group.id)),
    db.delete(registrationTokens).where(eq(registrationTokens.group_id, group.id)),
    db.delete(runtimeGroups).where(eq(runtimeGroups.id, group.id)),
    audit('group.deleted', targetOf(group), { lost }),
  ])
  // What is left refers to nothing: the object also finds out by itself that its group is gone.
  defer(groupObject(env, group.id).remove())
  defer(contentStore(env.CONTENT, group.id).clear())
}

/** How much of what a group holds, by plural; nothing for what it has none of. */
const contentsOf = async (db: Database, group_id: string): Promise<Record<string, number>> => {
  const counts = await Promise.all([
    ...kinds.map(async (kind): Promise<[string, number]> => {
      const table = tableOf(kind)
      return [kind.plural, await db.$count(table, sql`${table.group_id} = ${group_id}`)]
    }),
    db
      .$count(nodes, eq(nodes.group_id, group_id))
      .then((count): [string, number] => ['registered runtimes', count]),
  ])
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}

const nameOf = (plural: string, count: number): string => {
  const words = plural.replaceAll('_', ' ')
  if (count !== 1) return words
  return words.endsWith('ies') ? `${words.slice(0, -3)}y` : words.replace(/s$/, '')
}
