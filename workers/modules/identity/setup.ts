import { createHash, timingSafeEqual } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { licenceStatements } from '#modules/licences'
import { createGroup, type RuntimeGroupRow } from '#modules/runtime-groups'
import { actorOf, type Context } from '#workers/api/context'
import { Problem } from '#workers/api/problem'
import { batch } from '#workers/db/database'
import { accounts, type OrganizationRow, organizations, tokens, users } from './model.ts'
import { hashPassword } from './passwords.ts'
import type { Who } from './sessions.ts'
import { tokenStatements } from './tokens.ts'

const GROUP = 'default'

export interface SetupInput {
  organization: string
  name: string
  email: string
  password: string
}

export type Setup = Who & { group: RuntimeGroupRow; token: string }

/**
 * Makes the organization with its owner, licence, first token and group, once: throws Problem `conflict` when there is an
 * organization, `unauthorized` for another token than TIDEGATE_SETUP_TOKEN.
 */
export const setUp = async (
  anonymous: Context,
  request: Request,
  { organization: organizationName, name, email, password }: SetupInput,
): Promise<Setup> => {
  mustBeSetupToken(anonymous, request)
  const { db, now } = anonymous
  if ((await db.$count(organizations)) > 0) throw alreadyDone()

  const at = now()
  const organization: OrganizationRow = {
    id: crypto.randomUUID(),
    name: organizationName,
    created_at: new Date(at).toISOString(),
  }
  const owner = { id: crypto.randomUUID(), organization_id: organization.id, name, email }
  const role = 'owner' as const
  const context = anonymous.as(
    actorOf({ kind: 'user', id: owner.id, name, organization_id: organization.id, role }),
  )
  const stamps = { created_at: new Date(at), updated_at: new Date(at) }
  const first = await tokenStatements(context, {
    user_id: owner.id,
    name: 'first token',
    role,
    expires_at: null,
  })
  const hash = await hashPassword(password)
  try {
    await batch(db, [
      // Adds nothing when another set-up came first; then the owner has no organization to belong to, and all fails.
      db.insert(organizations).select(
        sql`select ${organization.id}, ${organization.name}, ${organization.created_at}
          where not exists (select 1 from ${organizations})`,
      ),
      db.insert(users).values({ ...owner, ...stamps, role, email_verified: true }),
      db.insert(accounts).values({
        id: crypto.randomUUID(),
        user_id: owner.id,
        provider_id: 'credential',
        account_id: owner.id,
        password: hash,
        ...stamps,
      }),
      ...first.statements,
      ...licenceStatements(context).statements,
      context.audit('organization.created', { kind: 'organization', ...organization }),
    ])
  } catch (error) {
    if ((await db.$count(organizations)) > 0) throw alreadyDone()
    throw error
  }
  return {
    user: { id: owner.id, name, email, role },
    organization: { id: organization.id, name: organization.name },
    group: await firstGroup(context, organization.id, owner.id),
    token: first.token,
  }
}

/** Without its group an organization would be half made, and could not be made again: then it is taken back. */
const firstGroup = async (
  context: Context,
  organization_id: string,
  user_id: string,
): Promise<RuntimeGroupRow> => {
  try {
    return await createGroup(context, { name: GROUP })
  } catch (error) {
    const { db } = context
    await batch(db, [
      db.delete(tokens).where(eq(tokens.user_id, user_id)),
      db.delete(accounts).where(eq(accounts.user_id, user_id)),
      db.delete(users).where(eq(users.id, user_id)),
      db.delete(organizations).where(eq(organizations.id, organization_id)),
    ])
    throw error
  }
}

const mustBeSetupToken = ({ env }: Context, { headers }: Request): void => {
  const [, given = ''] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
  const wanted = env.TIDEGATE_SETUP_TOKEN ?? ''
  // digests have one length whatever the texts have
  const same = timingSafeEqual(digest(given), digest(wanted))
  if (wanted === '' || !same) throw new Problem('unauthorized', 'This is not the setup token.')
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

const alreadyDone = () => new Problem('conflict', 'There is an organization already.')
