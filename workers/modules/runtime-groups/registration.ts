import { and, eq, sql } from 'drizzle-orm'
import type { RegisterRequest, Registration } from '#engine/protocol'
import { licenceOf, mustHaveRoom } from '#modules/licences'
import { actorOf, type Context } from '#workers/api/context'
import { Problem } from '#workers/api/problem'
import {
  type NodeRow,
  nodes,
  type RuntimeGroupRow,
  registrationTokens,
  runtimeGroups,
} from './model.ts'
import { sealingKeyOf } from './sealing.ts'
import { trustedKeysOf } from './signing.ts'
import { newToken, readToken, secretMatches } from './tokens.ts'

/** Who a runtime's token says it is. */
export interface Runtime {
  id: string
  host: 'worker' | 'node'
  group: { id: string; organization_id: string }
}

const refused = () => new Problem('unauthorized', 'This token is not, or no longer, good.')

/**
 * Takes a runtime into the group that its registration token is for, or back into it: then its old token ends. Throws
 * Problem `unauthorized`, or `forbidden` when the licence has no room.
 */
export const register = async (
  context: Context,
  request: Request,
  asked: RegisterRequest,
): Promise<Registration> => {
  const { db, env, now } = context
  const { group, token } = await admitted(context, request)
  const at = new Date(now()).toISOString()
  const known =
    asked.node_id === undefined ? undefined : await nodeOf(context, group, asked.node_id)
  if (!known) await mustHaveRoomFor(context, group)

  const id = known?.id ?? crypto.randomUUID()
  const secret = await newToken(env, 'node', id)
  const { hostname, host, version } = asked
  const row: NodeRow = {
    id,
    group_id: group.id,
    hostname,
    host,
    version,
    token_digest: secret.digest,
    created_at: known?.created_at ?? at,
    registered_at: at,
  }
  const acting = context.as(
    actorOf({
      kind: 'system',
      id: token.id,
      name: token.name,
      organization_id: group.organization_id,
      role: 'viewer',
    }),
  )
  await db.batch([
    db.insert(nodes).values(row).onConflictDoUpdate({ target: nodes.id, set: row }),
    db
      .update(registrationTokens)
      .set({ last_used_at: at })
      .where(eq(registrationTokens.id, token.id)),
    acting.audit(
      known ? 'node.registered_again' : 'node.registered',
      { kind: 'node', id, name: hostname, group_id: group.id },
      { host, version },
    ),
  ])

  return {
    node_id: id,
    token: secret.token,
    organization: {
      id: group.organization_id,
      name: await organizationName(context, group.organization_id),
    },
    group: { id: group.id, name: group.name },
    group_key: await sealingKeyOf(env, group),
    keys: await trustedKeysOf(env, db, group.organization_id, now()),
  }
}

/** The runtime whose token a request carries. Throws Problem `unauthorized`. */
export const runtimeOf = async (
  { db, env }: Pick<Context, 'db' | 'env'>,
  request: Request,
): Promise<Runtime> => {
  const token = readToken('node', request)
  if (!token) throw refused()
  const [row] = await db
    .select({
      id: nodes.id,
      host: nodes.host,
      digest: nodes.token_digest,
      group_id: nodes.group_id,
      organization_id: runtimeGroups.organization_id,
    })
    .from(nodes)
    .innerJoin(runtimeGroups, eq(runtimeGroups.id, nodes.group_id))
    .where(eq(nodes.id, token.id))
    .limit(1)
  if (!(await secretMatches(env, 'node', token.secret, row?.digest)) || !row) throw refused()
  const { id, host, group_id, organization_id } = row
  return { id, host, group: { id: group_id, organization_id } }
}

const admitted = async ({ db, env, now }: Context, request: Request) => {
  const token = readToken('registration', request)
  if (!token) throw refused()
  const [row] = await db
    .select({ token: registrationTokens, group: runtimeGroups })
    .from(registrationTokens)
    .innerJoin(runtimeGroups, eq(runtimeGroups.id, registrationTokens.group_id))
    .where(eq(registrationTokens.id, token.id))
    .limit(1)
  const matches = await secretMatches(env, 'registration', token.secret, row?.token.digest)
  if (!matches || !row) throw refused()
  const { expires_at } = row.token
  if (expires_at !== null && Date.parse(expires_at) <= now()) {
    throw new Problem('unauthorized', `This registration token ended at ${expires_at}.`)
  }
  return row
}

/** A runtime's own id counts only in the group that it belongs to. */
const nodeOf = async (
  { db }: Context,
  group: RuntimeGroupRow,
  id: string,
): Promise<NodeRow | undefined> => {
  const [row] = await db
    .select()
    .from(nodes)
    .where(and(eq(nodes.id, id), eq(nodes.group_id, group.id)))
    .limit(1)
  return row
}

/** By the table's name: that module makes groups, and so cannot be asked by this one. */
const organizationName = async ({ db }: Context, id: string): Promise<string> => {
  const [row] = await db.all<{ name: string }>(sql`select name from organizations where id = ${id}`)
  return row?.name ?? ''
}

const mustHaveRoomFor = async ({ db }: Context, { organization_id }: RuntimeGroupRow) => {
  const licence = await licenceOf(db, organization_id)
  if (licence?.entitlements.runtimes == null) return
  const rows = await db
    .select({ id: nodes.id })
    .from(nodes)
    .innerJoin(runtimeGroups, eq(runtimeGroups.id, nodes.group_id))
    .where(eq(runtimeGroups.organization_id, organization_id))
    .limit(licence.entitlements.runtimes)
  mustHaveRoom(licence, 'runtimes', rows.length)
}
