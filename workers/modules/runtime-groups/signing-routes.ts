import { desc, eq } from 'drizzle-orm'
import * as z from 'zod'
import type { Context } from '#workers/api/context'
import { get, post } from '#workers/api/module'
import { batch } from '#workers/db/database'
import { runtimeGroups, signingKeys } from './model.ts'
import { rotation } from './signing.ts'
import { groupObject } from './stub.ts'

const Keys = z.object({
  data: z.array(
    z.object({
      kid: z.string(),
      state: z.enum(['current', 'next', 'retired']),
      public_jwk: z.record(z.string(), z.unknown()),
      created_at: z.string(),
    }),
  ),
})

/** Keys are few: two, and those before them. */
const KEYS_SHOWN = 100

export const signingRoutes = [
  get('/v2/signing-keys', {
    summary: 'List the public keys that sign what runtimes are given',
    permission: 'groups:read',
    answer: Keys,
    handle: async (context) => ({ data: await keysOf(context) }),
  }),

  post('/v2/signing-keys/rotate', {
    summary: 'Sign with the next key from now on, and make one to follow it',
    permission: 'organization:write',
    answer: Keys,
    async handle(context) {
      await rotateKeys(context)
      return { data: await keysOf(context) }
    },
  }),
]

/**
 * Moves the organization's keys on by one, and signs what its groups have published with the new one. Runtimes follow
 * by themselves: they trust it since the manifest before. One that was away for two rotations has to register anew.
 */
export const rotateKeys = async (context: Context): Promise<void> => {
  const { actor, audit, db, defer, env, now } = context
  const { organization_id } = actor
  await batch(db, [
    ...(await rotation(env, db, organization_id, now())),
    audit('signing_keys.rotated', { kind: 'organization', id: organization_id }),
  ])
  const groups = await db
    .select({ id: runtimeGroups.id })
    .from(runtimeGroups)
    .where(eq(runtimeGroups.organization_id, organization_id))
  for (const { id } of groups) defer(groupObject(env, id).resign())
}

const keysOf = ({ actor, db }: Context) =>
  db
    .select({
      kid: signingKeys.kid,
      state: signingKeys.state,
      public_jwk: signingKeys.public_jwk,
      created_at: signingKeys.created_at,
    })
    .from(signingKeys)
    .where(eq(signingKeys.organization_id, actor.organization_id))
    .orderBy(desc(signingKeys.created_at))
    .limit(KEYS_SHOWN)
