import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env as bindings } from 'cloudflare:workers'
import type { Registration, SnapshotAnswer } from '#engine/protocol'
import { Consumer } from '#model/consumer'
import type { EntityKind } from '#model/kit'
import { Plugin } from '#model/plugin'
import { Service } from '#model/service'
import analytics from '#modules/analytics'
import licences, { issueLicence, type LicenceTerms } from '#modules/licences'
import runtimeGroups, {
  createGroup,
  createRegistrationToken,
  groupObject,
} from '#modules/runtime-groups'
import { createApp } from '#workers/api/app'
import { actorOf, type Context, contextOf, type Role } from '#workers/api/context'
import type { Env } from '#workers/env'

export const env: Env = bindings

export const services = Service as unknown as EntityKind
export const consumers = Consumer as unknown as EntityKind
export const plugins = Plugin as unknown as EntityKind

interface CallOptions {
  /** A bearer token; the names of roles are tokens too. */
  token?: string
  body?: unknown
}

/** An organization of its own, with a licence and a clock that only moves when told. */
export interface World extends Context {
  /** Moves the clock. */
  pass(ms: number): void
  /** Waits for all that was put off. */
  settle(): Promise<void>
  /** Calls the control plane over HTTP, as an owner unless told otherwise. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>
}

export const newWorld = async (
  terms: LicenceTerms = {},
  bound: Partial<Env> = {},
): Promise<World> => {
  const env: Env = { ...bindings, ...bound }
  let now = Date.now()
  const deferred: Promise<unknown>[] = []
  const organization_id = crypto.randomUUID()
  const actorAs = (role: Role) =>
    actorOf({ kind: 'user', id: crypto.randomUUID(), name: 'Ada', organization_id, role })
  const context = contextOf({
    env,
    actor: actorAs('owner'),
    now: () => now,
    waitUntil: (work) => deferred.push(work),
  })
  const app = createApp({
    modules: [analytics, licences, runtimeGroups],
    now: () => now,
    async authenticate(request) {
      const token = request.headers.get('authorization')?.slice('Bearer '.length) ?? ''
      return ['owner', 'admin', 'viewer'].includes(token) ? actorAs(token as Role) : undefined
    },
  })
  await env.DB.prepare('insert into organizations (id, name, created_at) values (?, ?, ?)')
    .bind(organization_id, 'Lovelace', new Date(now).toISOString())
    .run()
  await issueLicence(context, terms)
  return {
    ...context,
    pass(ms) {
      now += ms
    },
    async settle() {
      await Promise.all(deferred.splice(0))
    },
    async call(method, path, { token = 'owner', body } = {}) {
      const request = new Request(`https://tidegate.test${path}`, {
        method,
        headers: {
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const execution = createExecutionContext()
      const answer = await app.fetch(request, env, execution)
      await waitOnExecutionContext(execution)
      return answer
    },
  }
}

export const newGroup = async (world: World, name = `group ${crypto.randomUUID().slice(0, 8)}`) => {
  const group = await createGroup(world, { name })
  return { ...group, object: groupObject(env, group.id) }
}

/** A runtime that has registered over HTTP. */
export const newRuntime = async (
  world: World,
  group: { id: string } & Parameters<typeof createRegistrationToken>[1],
  hostname = 'edge-1',
  host: 'worker' | 'node' = 'node',
) => {
  const { token } = await createRegistrationToken(world, group)
  const answer = await world.call('POST', '/runtime/v1/register', {
    token,
    body: { hostname, version: '0.1.0', host },
  })
  if (answer.status !== 201)
    throw new Error(`register answered ${answer.status}: ${await answer.text()}`)
  const registration = await answer.json<Registration>()
  const bearer = { token: registration.token }
  return {
    registration,
    registrationToken: token,
    config: (version: number, wait = 0, issued?: string) =>
      world.call(
        'GET',
        `/runtime/v1/config?version=${version}&wait=${wait}${issued ? `&issued=${issued}` : ''}`,
        bearer,
      ),
    async snapshot(root: string, base?: string): Promise<SnapshotAnswer> {
      const query = base === undefined ? '' : `?base=${base}`
      return (await world.call('GET', `/runtime/v1/snapshots/${root}${query}`, bearer)).json()
    },
    status: (body: unknown) => world.call('POST', '/runtime/v1/status', { ...bearer, body }),
    records: (body: unknown) => world.call('POST', '/runtime/v1/records', { ...bearer, body }),
  }
}
