import { isAPIError } from 'better-auth/api'
import { and, eq } from 'drizzle-orm'
import { type Actor, actorOf, type Context } from '#workers/api/context'
import { Problem, problemJson } from '#workers/api/problem'
import { batch } from '#workers/db/database'
import type { Env } from '#workers/env'
import { addressOf, countAttempt, forgive } from './attempts.ts'
import { authOf } from './better-auth.ts'
import { accounts, organizations, users } from './model.ts'
import { hashPassword, isOutdated } from './passwords.ts'

export interface SignIn {
  email: string
  password: string
}

/** Who is signed in, as the API tells it. */
export interface Who {
  user: { id: string; name: string; email: string; role: Actor['role'] }
  organization: { id: string; name: string }
}

/**
 * Signs in with email and password: answers who, with the cookie. Throws Problem `unauthorized`, the same whether the
 * email is unknown or the password wrong. Too many that failed: 429 with Retry-After.
 */
export const signIn = async (
  context: Context,
  request: Request,
  { email, password }: SignIn,
): Promise<Response> => {
  const attempt = await countAttempt(context, email, addressOf(request))
  if (attempt.retryAfter !== undefined) {
    const problem = new Problem(
      'too_many_requests',
      `Too many sign-ins failed. Try again in ${attempt.retryAfter} seconds.`,
    )
    return problemJson(problem, { 'retry-after': String(attempt.retryAfter) })
  }
  const { headers, user } = await checked(context.env, request, { email, password })
  const who = await whoIs(context, user.id)
  const actor = actorOf({
    kind: 'user',
    id: user.id,
    name: who.user.name,
    organization_id: who.organization.id,
    role: who.user.role,
  })
  const target = { kind: 'user', id: user.id, name: who.user.name }
  await batch(context.db, [context.as(actor).audit('session.started', target)])
  await forgive(context, attempt)
  await renewHash(context, user.id, password)

  const answer = Response.json(who, { status: 201 })
  for (const cookie of headers.getSetCookie()) answer.headers.append('set-cookie', cookie)
  return answer
}

/** Ends the session that the request's cookie names, if any, and takes the cookie back. */
export const signOut = async (env: Env, request: Request): Promise<Response> => {
  const auth = await authOf(env, request)
  const { headers } = await auth.api.signOut({ headers: request.headers, returnHeaders: true })
  const answer = new Response(null, { status: 204 })
  for (const cookie of headers.getSetCookie()) answer.headers.append('set-cookie', cookie)
  return answer
}

/** The actor of the request's cookie; nobody when there is none that is good. */
export const actorOfSession = async (request: Request, env: Env): Promise<Actor | undefined> => {
  if (!request.headers.has('cookie')) return undefined
  const auth = await authOf(env, request)
  const found = await auth.api.getSession({ headers: request.headers })
  if (!found) return undefined
  const { id, name, organization_id, role } = found.user
  return actorOf({ kind: 'user', id, name, organization_id, role: role as Actor['role'] })
}

/** What the API tells of a person. */
export const whoIs = async ({ db }: Pick<Context, 'db'>, user_id: string): Promise<Who> => {
  const [row] = await db
    .select({ user: users, organization: organizations })
    .from(users)
    .innerJoin(organizations, eq(organizations.id, users.organization_id))
    .where(eq(users.id, user_id))
    .limit(1)
  if (!row) throw new Problem('unauthorized')
  const { user, organization } = row
  return {
    user: { id: user.id, name: user.name, email: user.email, role: user.role },
    organization: { id: organization.id, name: organization.name },
  }
}

const checked = async (env: Env, request: Request, body: SignIn) => {
  const auth = await authOf(env, request)
  try {
    const { headers, response } = await auth.api.signInEmail({
      body,
      headers: request.headers,
      returnHeaders: true,
    })
    return { headers, user: response.user }
  } catch (error) {
    if (!isAPIError(error) || error.statusCode >= 500) throw error
    throw new Problem('unauthorized', 'The email or the password is wrong.')
  }
}

const renewHash = async (
  { db, now }: Pick<Context, 'db' | 'now'>,
  user_id: string,
  password: string,
): Promise<void> => {
  const mine = and(eq(accounts.user_id, user_id), eq(accounts.provider_id, 'credential'))
  const [account] = await db
    .select({ password: accounts.password })
    .from(accounts)
    .where(mine)
    .limit(1)
  if (!account?.password || !isOutdated(account.password)) return
  await db
    .update(accounts)
    .set({ password: await hashPassword(password), updated_at: new Date(now()) })
    .where(mine)
}
