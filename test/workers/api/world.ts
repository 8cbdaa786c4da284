import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll } from 'vitest'
import type { EntityKind } from '#model/kit'
import licences, { issueLicence } from '#modules/licences'
import runtimeGroups, { createGroup } from '#modules/runtime-groups'
import { createApp } from '#workers/api/app'
import { type Actor, actorOf, type Context, contextOf, type Role } from '#workers/api/context'
import { documentation } from '#workers/api/documentation'
import type { Module } from '#workers/api/module'
import audit from '../../../workers/modules/audit/index.ts'
import configuration from '../../../workers/modules/configuration/index.ts'
import { authority, EC_CERT, EC_KEY } from '../../support/certificates.ts'

export const modules: Module[] = [configuration, runtimeGroups, licences, audit]

export interface CallOptions {
  /** `owner`, `admin` and `viewer` are tokens; empty for none. */
  token?: string
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is. */
  raw?: string
  headers?: Record<string, string>
}

/** Publishing takes its time: tests do not wait for it one by one, but none is left when a file ends. */
const open: ExecutionContext[] = []
afterAll(async () => {
  await Promise.all(open.splice(0).map(waitOnExecutionContext))
})

/** An organization with a group of its own, and a clock that only moves when told. */
export interface World {
  context: Context
  group: { id: string; name: string }
  as(role: Role): Context
  newGroup(name: string): Promise<{ id: string; name: string }>
  /** Moves the clock. */
  pass(ms: number): void
  call(method: string, path: string, options?: CallOptions): Promise<Response>
  /** As `call`, below the group's Admin API, with the body that came. */
  admin(method: string, path: string, options?: CallOptions): Promise<Answer>
  konnect(method: string, path: string, options?: CallOptions): Promise<Answer>
}

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
}

export const newWorld = async (extra: Module[] = []): Promise<World> => {
  let now = Date.now()
  const organization_id = crypto.randomUUID()
  const actorAs = (role: Role): Actor =>
    actorOf({ kind: 'user', id: crypto.randomUUID(), name: 'Ada', organization_id, role })
  const as = (role: Role) =>
    contextOf({
      env,
      actor: actorAs(role),
      now: () => now,
      waitUntil: (work) => void work,
    })
  const context = as('owner')
  const all = [...modules, ...extra]
  const app = createApp({
    modules: [...all, documentation(all)],
    now: () => now,
    async authenticate(request) {
      const token =
        request.headers.get('kong-admin-token') ??
        request.headers.get('authorization')?.slice('Bearer '.length) ??
        request.headers.get('cookie')?.slice('session='.length) ??
        ''
      return ['owner', 'admin', 'viewer'].includes(token) ? actorAs(token as Role) : undefined
    },
  })
  await env.DB.prepare('insert into organizations (id, name, created_at) values (?, ?, ?)')
    .bind(organization_id, 'Lovelace', new Date(now).toISOString())
    .run()
  await issueLicence(context)
  const newGroup = async (name: string) => {
    const { id } = await createGroup(context, { name })
    return { id, name }
  }
  const group = await newGroup('default')

  const call: World['call'] = async (method, path, options = {}) => {
    const { token = 'owner', body, raw, headers = {} } = options
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const request = new Request(`https://tidegate.test${path}`, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    })
    const execution = createExecutionContext()
    open.push(execution)
    return app.fetch(request, env, execution)
  }
  const below =
    (prefix: string): World['admin'] =>
    async (method, path, options) => {
      const answer = await call(method, `${prefix}${path}`, options)
      const text = await answer.text()
      return {
        status: answer.status,
        headers: answer.headers,
        body: text === '' ? undefined : parsed(text),
      }
    }

  return {
    context,
    group,
    as,
    newGroup,
    pass(ms) {
      now += ms
    },
    call,
    admin: below('/admin/default'),
    konnect: below('/v2/runtime-groups/default/core-entities'),
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** How many rows a table has for a group. */
export const rowsOf = async (table: string, group_id: string): Promise<number> => {
  const row = await env.DB.prepare(`select count(*) as n from ${table} where group_id = ?`)
    .bind(group_id)
    .first<{ n: number }>()
  return row?.n ?? 0
}

/** What makes an entity of each kind: a new one for each number, and a change to it. */
export const samples: Record<
  string,
  {
    make(n: number, owners: Record<string, string>): Record<string, unknown>
    change: Record<string, unknown>
  }
> = {
  certificate: {
    make: () => ({ cert: EC_CERT, key: EC_KEY }),
    change: { tags: ['changed'] },
  },
  ca_certificate: {
    make: (n) => ({ cert: authority(n) }),
    change: { tags: ['changed'] },
  },
  sni: {
    make: (n, { certificate }) => ({ name: `host-${n}.test`, certificate: { id: certificate } }),
    change: { tags: ['changed'] },
  },
  service: { make: (n) => ({ name: `service-${n}`, host: 'a.test' }), change: { port: 81 } },
  route: {
    make: (n, { service }) => ({
      name: `route-${n}`,
      paths: [`/route-${n}`],
      service: { id: service },
    }),
    change: { strip_path: false },
  },
  upstream: { make: (n) => ({ name: `upstream-${n}` }), change: { slots: 100 } },
  target: {
    make: (n, { upstream }) => ({ target: `10.0.0.${n}:80`, upstream: { id: upstream } }),
    change: { weight: 7 },
  },
  consumer: { make: (n) => ({ username: `consumer-${n}` }), change: { custom_id: 'changed' } },
  keyauth_credential: {
    make: (n, { consumer }) => ({ key: `key-${n}`, consumer: { id: consumer } }),
    change: { tags: ['changed'] },
  },
  acl: {
    make: (n, { consumer }) => ({ group: `group-${n}`, consumer: { id: consumer } }),
    change: { tags: ['changed'] },
  },
  plugin: {
    make: (n) => ({
      name: ['request-termination', 'cors', 'key-auth', 'correlation-id', 'http-log'][n % 5],
      instance_name: `plugin-${n}`,
      ...(n % 5 === 4 ? { config: { http_endpoint: 'http://log.test/' } } : {}),
    }),
    change: { enabled: false },
  },
}

/** Makes what an entity of a kind points at. */
export const ownersFor = async (
  world: World,
  kind: EntityKind,
): Promise<Record<string, string>> => {
  const owners: Record<string, string> = {}
  const paths: Record<string, [string, string]> = {
    route: ['service', 'services'],
    sni: ['certificate', 'certificates'],
    target: ['upstream', 'upstreams'],
    keyauth_credential: ['consumer', 'consumers'],
    acl: ['consumer', 'consumers'],
  }
  const owner = paths[kind.name]
  if (owner) {
    const [name, path] = owner
    const body = samples[name]?.make(100, {})
    owners[name] = (await world.konnect('POST', `/${path}`, { body })).body.id
  }
  return owners
}
