import { and, desc, eq, isNull, lt, or } from 'drizzle-orm'
import { toBase64Url } from '#engine/seal'
import { type Actor, actorOf, type Context, type Role } from '#workers/api/context'
import { digestSecret } from '#workers/api/keys'
import { Problem } from '#workers/api/problem'
import { sortableId } from '#workers/db/audit'
import { databaseOf, type Statement } from '#workers/db/database'
import type { Env } from '#workers/env'
import { ROLES, type TokenRow, tokens, users } from './model.ts'

export const TOKEN_PREFIX = 'tg_'
const SECRET_BYTES = 32
/** How often the time of last use is written. */
const LAST_USED_MS = 60_000

type Rules = Pick<Context, 'actor' | 'db' | 'env' | 'now' | 'audit'>

export interface TokenInput {
  name: string
  /** Default: the actor's. */
  role?: Role | undefined
  /** RFC 3339; null for one that does not expire. */
  expires_at?: string | null | undefined
}

/**
 * Makes a token for the actor. The secret is answered this once. Throws Problem `forbidden` for a role above the actor's,
 * `invalid` for a time that has passed. A token made with a token ends no later than that one.
 */
export const createToken = async (
  context: Rules,
  input: TokenInput,
): Promise<{ row: TokenRow; token: string }> => {
  const { actor, db, now } = context
  const by = await heldBy(context)
  const role = input.role ?? actor.role
  if (lowerRole(role, actor.role) !== role) {
    throw new Problem(
      'forbidden',
      `${actor.name} (${actor.role}) cannot make a token of role ${role}.`,
    )
  }
  const wanted = input.expires_at ? new Date(input.expires_at).toISOString() : null
  if (wanted !== null && Date.parse(wanted) <= now()) {
    throw new Problem('invalid', undefined, { expires_at: 'must be in the future' })
  }
  const made = await tokenStatements(context, {
    user_id: by.user_id,
    name: input.name,
    role,
    expires_at: sooner(wanted, by.expires_at),
  })
  await db.batch(made.statements)
  return made
}

/** The same as statements, for a batch that makes the person too. */
export const tokenStatements = async (
  { actor, db, env, now, audit }: Rules,
  token: Pick<TokenRow, 'user_id' | 'name' | 'role' | 'expires_at'>,
): Promise<{ row: TokenRow; token: string; statements: [Statement, Statement] }> => {
  const secret = TOKEN_PREFIX + toBase64Url(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))
  const row: TokenRow = {
    ...token,
    id: sortableId(now()),
    organization_id: actor.organization_id,
    digest: await digestOf(env, secret),
    created_at: new Date(now()).toISOString(),
    last_used_at: null,
  }
  const statements: [Statement, Statement] = [
    db.insert(tokens).values(row),
    audit('token.created', { kind: 'token', id: row.id, name: row.name }, { role: row.role }),
  ]
  return { row, token: secret, statements }
}

/** Tokens that the actor may see, newest first, after the one with the id `after`: owners see all, others their own. */
export const listTokens = (
  context: Rules,
  size: number,
  after?: string,
): Promise<(TokenRow & { user_name: string })[]> =>
  visible(context).then((seen) =>
    context.db
      .select()
      .from(tokens)
      .innerJoin(users, eq(users.id, tokens.user_id))
      .where(and(seen, after === undefined ? undefined : lt(tokens.id, after)))
      .orderBy(desc(tokens.id))
      .limit(size)
      .then((rows) => rows.map(({ tokens, users }) => ({ ...tokens, user_name: users.name }))),
  )

/** Ends a token at once. Throws Problem `not_found` for one that the actor does not see. */
export const revokeToken = async (context: Rules, id: string): Promise<void> => {
  const { db, audit } = context
  const mine = and(await visible(context), eq(tokens.id, id))
  const [row] = await db.select().from(tokens).where(mine).limit(1)
  if (!row) throw new Problem('not_found', `There is no token "${id}".`)
  await db.batch([
    db.delete(tokens).where(mine),
    audit('token.revoked', { kind: 'token', id, name: row.name }),
  ])
}

/** The actor of a token; nobody when it is unknown, revoked or has expired. */
export const actorOfToken = async (
  token: string,
  env: Env,
  now: number,
): Promise<Actor | undefined> => {
  const db = databaseOf(env)
  const [row] = await db
    .select({ token: tokens, role: users.role })
    .from(tokens)
    .innerJoin(users, eq(users.id, tokens.user_id))
    .where(eq(tokens.digest, await digestOf(env, token)))
    .limit(1)
  if (!row) return undefined
  const { id, name, organization_id, expires_at, last_used_at, role } = row.token
  if (expires_at !== null && Date.parse(expires_at) <= now) return undefined
  const stale = new Date(now - LAST_USED_MS).toISOString()
  if (last_used_at === null || last_used_at < stale) {
    await db
      .update(tokens)
      .set({ last_used_at: new Date(now).toISOString() })
      .where(
        and(eq(tokens.id, id), or(isNull(tokens.last_used_at), lt(tokens.last_used_at, stale))),
      )
  }
  return actorOf({
    kind: 'token',
    id,
    name,
    organization_id,
    // of a person who has lost rights, tokens lose them too
    role: lowerRole(role, row.role),
  })
}

/** The person that the actor is or acts for, and when the actor's own token ends. */
export const heldBy = async ({
  actor,
  db,
}: Pick<Context, 'actor' | 'db'>): Promise<Pick<TokenRow, 'user_id' | 'expires_at'>> => {
  if (actor.kind === 'user') return { user_id: actor.id, expires_at: null }
  const [row] = await db
    .select({ user_id: tokens.user_id, expires_at: tokens.expires_at })
    .from(tokens)
    .where(eq(tokens.id, actor.id))
    .limit(1)
  if (!row) throw new Problem('unauthorized')
  return row
}

const digestOf = (env: Env, token: string): Promise<string> => digestSecret(env, 'api-token', token)

const visible = async (context: Rules) => {
  const { actor } = context
  const organization = eq(tokens.organization_id, actor.organization_id)
  if (actor.role === 'owner') return organization
  const { user_id } = await heldBy(context)
  return and(organization, eq(tokens.user_id, user_id))
}

const lowerRole = (a: Role, b: Role): Role => (ROLES.indexOf(a) > ROLES.indexOf(b) ? a : b)

/** The earlier of two times, where null is never. */
const sooner = (a: string | null, b: string | null): string | null => {
  if (a === null || b === null) return a ?? b
  return a < b ? a : b
}
