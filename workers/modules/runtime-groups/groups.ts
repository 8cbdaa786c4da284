import { and, eq } from 'drizzle-orm'
import { licenceOf, mustHaveRoom } from '#modules/licences'
import type { Context } from '#workers/api/context'
import { Problem } from '#workers/api/problem'
import { databaseMessage } from '#workers/db/database'
import { type GroupSettings, type ProxyUrl, type RuntimeGroupRow, runtimeGroups } from './model.ts'
import { newGroupKey } from './sealing.ts'
import { groupObject } from './stub.ts'

/** What people say of a group when they make it or change it. */
export interface GroupInput {
  name: string
  description?: string | null | undefined
  labels?: Record<string, string> | null | undefined
  proxy_urls?: ProxyUrl[] | null | undefined
  auth_type?: GroupSettings['auth_type'] | null | undefined
}

type Rules = Pick<Context, 'actor' | 'db' | 'env' | 'now' | 'audit'>

/**
 * Makes a group of the actor's organization and publishes its first version, which is empty. Throws Problem `conflict`
 * when the name is taken, `forbidden` when the licence has no room.
 */
export const createGroup = async (
  { actor, db, env, now, audit }: Rules,
  input: GroupInput,
): Promise<RuntimeGroupRow> => {
  const [licence, used] = await Promise.all([
    licenceOf(db, actor.organization_id),
    db.$count(runtimeGroups, eq(runtimeGroups.organization_id, actor.organization_id)),
  ])
  mustHaveRoom(licence, 'runtime_groups', used)

  const at = new Date(now()).toISOString()
  const group: RuntimeGroupRow = {
    id: crypto.randomUUID(),
    organization_id: actor.organization_id,
    name: input.name,
    description: input.description ?? null,
    labels: input.labels ?? {},
    settings: {
      proxy_urls: input.proxy_urls ?? [],
      auth_type: input.auth_type ?? 'pinned_client_certs',
    },
    sealing_key: await newGroupKey(env),
    created_at: at,
    updated_at: at,
  }
  await nameIsFree(group.name, () =>
    db.batch([
      db.insert(runtimeGroups).values(group),
      audit('group.created', targetOf(group), { name: group.name }),
    ]),
  )
  await groupObject(env, group.id)
    .begin(group.id)
    .catch((error: unknown) => {
      // The group is there. Its object publishes as soon as a runtime or a change comes by.
      console.error(`group ${group.id} has no first version yet`, error)
    })
  return group
}

/** Changes what was sent and leaves the rest. Throws Problem `conflict` when the new name is taken. */
export const changeGroup = async (
  { db, now, audit }: Rules,
  group: RuntimeGroupRow,
  input: Partial<GroupInput>,
): Promise<RuntimeGroupRow> => {
  const settings: GroupSettings = {
    proxy_urls:
      input.proxy_urls === undefined ? group.settings.proxy_urls : (input.proxy_urls ?? []),
    auth_type: input.auth_type ?? group.settings.auth_type,
  }
  const changed: RuntimeGroupRow = {
    ...group,
    name: input.name ?? group.name,
    description: input.description === undefined ? group.description : input.description,
    labels: input.labels === undefined ? group.labels : (input.labels ?? {}),
    settings,
    updated_at: new Date(now()).toISOString(),
  }
  await nameIsFree(changed.name, () =>
    db.batch([
      db.update(runtimeGroups).set(changed).where(eq(runtimeGroups.id, group.id)),
      audit('group.changed', targetOf(changed), input),
    ]),
  )
  return changed
}

/** The group of the actor's organization that a URL names by id or by name. Throws Problem `not_found`. */
export const findGroup = async (
  { actor, db }: Pick<Context, 'actor' | 'db'>,
  idOrName: string,
): Promise<RuntimeGroupRow> => {
  const field = UUID.test(idOrName) ? runtimeGroups.id : runtimeGroups.name
  const [group] = await db
    .select()
    .from(runtimeGroups)
    .where(
      and(
        eq(runtimeGroups.organization_id, actor.organization_id),
        eq(field, UUID.test(idOrName) ? idOrName.toLowerCase() : idOrName),
      ),
    )
    .limit(1)
  if (!group) throw new Problem('not_found', `There is no runtime group "${idOrName}".`)
  return group
}

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const targetOf = ({ id, name }: RuntimeGroupRow) => ({
  kind: 'runtime_group',
  id,
  name,
  group_id: id,
})

const nameIsFree = async (name: string, write: () => Promise<unknown>): Promise<void> => {
  try {
    await write()
  } catch (error) {
    if (!databaseMessage(error).includes('UNIQUE constraint failed: runtime_groups')) throw error
    throw new Problem('conflict', `There is a runtime group "${name}" already.`, {
      name: 'already taken',
    })
  }
}
