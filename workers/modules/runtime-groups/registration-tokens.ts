import { and, asc, eq, gt, or } from 'drizzle-orm'
import type { Context } from '#workers/api/context'
import { Problem } from '#workers/api/problem'
import { type RegistrationTokenRow, type RuntimeGroupRow, registrationTokens } from './model.ts'
import { newToken } from './tokens.ts'

type Rules = Pick<Context, 'actor' | 'db' | 'env' | 'now' | 'audit'>

export interface TokenInput {
  name?: string | null | undefined
  /** RFC 3339. */
  expires_at?: string | null | undefined
}

/** Makes a token that lets runtimes register with the group. The secret is answered this once. */
export const createRegistrationToken = async (
  { actor, db, env, now, audit }: Rules,
  group: RuntimeGroupRow,
  { name, expires_at }: TokenInput = {},
): Promise<{ row: RegistrationTokenRow; token: string }> => {
  const id = crypto.randomUUID()
  const { token, digest } = await newToken(env, 'registration', id)
  const row: RegistrationTokenRow = {
    id,
    group_id: group.id,
    name: name ?? 'registration token',
    digest,
    created_by: actor.name,
    created_at: new Date(now()).toISOString(),
    expires_at: expires_at ?? null,
    last_used_at: null,
  }
  await db.batch([
    db.insert(registrationTokens).values(row),
    audit('registration_token.created', {
      kind: 'registration_token',
      id,
      name: row.name,
      group_id: group.id,
    }),
  ])
  return { row, token }
}

/** Tokens of a group, oldest first, after the one at `after`. */
export const listRegistrationTokens = (
  { db }: Pick<Context, 'db'>,
  group: RuntimeGroupRow,
  size: number,
  after?: { created_at: string; id: string },
): Promise<RegistrationTokenRow[]> =>
  db
    .select()
    .from(registrationTokens)
    .where(
      and(
        eq(registrationTokens.group_id, group.id),
        after &&
          or(
            gt(registrationTokens.created_at, after.created_at),
            and(
              eq(registrationTokens.created_at, after.created_at),
              gt(registrationTokens.id, after.id),
            ),
          ),
      ),
    )
    .orderBy(asc(registrationTokens.created_at), asc(registrationTokens.id))
    .limit(size)

/** Runtimes that registered with it stay; no more can. Throws Problem `not_found`. */
export const revokeRegistrationToken = async (
  { db, audit }: Rules,
  group: RuntimeGroupRow,
  id: string,
): Promise<void> => {
  const mine = and(eq(registrationTokens.group_id, group.id), eq(registrationTokens.id, id))
  const [row] = await db.select().from(registrationTokens).where(mine).limit(1)
  if (!row) throw new Problem('not_found', `There is no registration token "${id}".`)
  await db.batch([
    db.delete(registrationTokens).where(mine),
    audit('registration_token.revoked', {
      kind: 'registration_token',
      id,
      name: row.name,
      group_id: group.id,
    }),
  ])
}
