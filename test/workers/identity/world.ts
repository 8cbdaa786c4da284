import {
  applyD1Migrations,
  createExecutionContext,
  reset,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env as bindings } from 'cloudflare:workers'
import identity, { authenticate } from '#modules/identity'
import licences from '#modules/licences'
import runtimeGroups from '#modules/runtime-groups'
import { createApp } from '#workers/api/app'
import { actorOf, contextOf } from '#workers/api/context'
import { databaseOf } from '#workers/db/database'
import type { Env } from '#workers/env'
import { organizations, users } from '../../../workers/modules/identity/model.ts'
import { createToken } from '../../../workers/modules/identity/tokens.ts'

export const env: Env = bindings
export const SETUP_TOKEN = 'setup-token-for-tests'
export const OWNER = {
  organization: 'Lovelace',
  name: 'Ada',
  email: 'Ada@Lovelace.test',
  password: 'difference engine no. 2',
}

export interface Call {
  /** Bearer token. */
  token?: string
  /** What a browser would send back: `name=value`. */
  cookie?: string
  body?: unknown
  headers?: Record<string, string>
  /** Where the console is reached. */
  origin?: string
  env?: Env
}

export interface World {
  call(method: string, path: string, call?: Call): Promise<Response>
  /** Moves the clock. */
  pass(ms: number): void
  now(): number
}

/** The control plane on an empty database, with a clock that only moves when told. */
export const newWorld = async (): Promise<World> => {
  await reset()
  await applyD1Migrations(bindings.DB, bindings.MIGRATIONS)
  let now = Date.now()
  const app = createApp({
    modules: [identity, licences, runtimeGroups],
    authenticate: (request, env) => authenticate(request, env, now),
    now: () => now,
  })
  return {
    pass(ms) {
      now += ms
    },
    now: () => now,
    async call(method, path, call = {}) {
      const { token, cookie, body, headers = {}, origin = 'https://tidegate.test' } = call
      const request = new Request(`${origin}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(cookie === undefined ? {} : { cookie, origin }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          'cf-connecting-ip': '192.0.2.1',
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const execution = createExecutionContext()
      const answer = await app.fetch(request, call.env ?? env, execution)
      await waitOnExecutionContext(execution)
      return answer
    },
  }
}

export type OwnedWorld = World & { token: string }

/** A world that has been set up, and the first token of its owner. */
export const setUpWorld = async (): Promise<OwnedWorld> => {
  const world = await newWorld()
  const answer = await world.call('POST', '/v2/setup', { token: SETUP_TOKEN, body: OWNER })
  if (answer.status !== 201) throw new Error(await answer.text())
  const { token } = await answer.json<{ token: string }>()
  return { ...world, token }
}

export const signIn = (world: World, body: object, call: Call = {}): Promise<Response> =>
  world.call('POST', '/v2/session', { ...call, body })

/** What the browser keeps of an answer's cookies. */
export const cookieOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')

/** Another person of the organization, with a token of their own. */
export const addPerson = async (
  world: World,
  name: string,
  role: 'owner' | 'admin' | 'viewer',
): Promise<{ id: string; token: string }> => {
  const db = databaseOf(env)
  const [organization] = await db.select().from(organizations)
  if (!organization) throw new Error('not set up')
  const id = crypto.randomUUID()
  const at = new Date(world.now())
  await db.insert(users).values({
    id,
    organization_id: organization.id,
    name,
    email: `${name.toLowerCase()}@lovelace.test`,
    email_verified: true,
    role,
    created_at: at,
    updated_at: at,
  })
  const actor = actorOf({ kind: 'user', id, name, organization_id: organization.id, role })
  const context = contextOf({ env, actor, now: world.now, waitUntil: () => {} })
  const { token } = await createToken(context, { name: `${name}'s` })
  return { id, token }
}
