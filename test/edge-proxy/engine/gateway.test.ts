import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { createGateway } from '#engine/gateway'
import { HeaderList } from '#engine/headers'
import { UpstreamFailure } from '#engine/host'
import { exit, type Hooks, type PluginType, plugin, refuse } from '#engine/plugin'
import { defaults, type Settings } from '#engine/settings'
import type { SnapshotEntity } from '#engine/snapshot'
import { kindByPlural } from '#model/index'
import { arrival, type FakeHost, fakeHost, type Sent } from '../../support/fake-host.ts'

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

/** A valid entity with the defaults of its kind. */
const make = (kind: string, fields: Record<string, unknown>): SnapshotEntity => {
  const parsed = kindByPlural.get(kind)?.parse(fields)
  if (!parsed?.ok) throw new Error(`${kind}: ${JSON.stringify(parsed?.fields)}`)
  return {
    kind,
    entity: { created_at: 1, updated_at: 1, ...parsed.row, id: String(parsed.row.id) },
  }
}

const service = make('services', { id: id(1), name: 's', host: 'up.test' })
const route = make('routes', { id: id(2), name: 'r', paths: ['/a'], service: { id: id(1) } })

/** A plugin that leaves its trace in a header, in each phase that is named. */
const tracer = (name: string, priority: number, hooks: (mark: string) => Hooks): PluginType =>
  plugin({
    name,
    priority,
    summary: 'Leaves a trace.',
    config: { mark: z.string().default('') },
    create: ({ mark }) => hooks(mark),
  })

const trace = (mark: string): Hooks => ({
  request: ({ request }) => request.headers.append('X-Trace', mark),
  response: (_, headers) => headers.append('X-Trace', mark),
  log: ({ notes }) => {
    notes.logged = [...((notes.logged as string[]) ?? []), mark]
  },
})

const configured = (
  name: string,
  mark: string,
  rest: Record<string, unknown> = {},
  number = 0,
): SnapshotEntity =>
  make('plugins', { id: id(100 + number + mark.charCodeAt(0)), name, config: { mark }, ...rest })

interface Seen {
  host: FakeHost
  status: number
  headers: HeaderList
  body: string
  upstream: FakeHost['calls'][number] | undefined
}

const through = async (
  entities: SnapshotEntity[],
  sent: Sent,
  {
    plugins = [],
    settings = {},
    host = fakeHost(),
  }: { plugins?: PluginType[]; settings?: Partial<Settings>; host?: FakeHost } = {},
): Promise<Seen> => {
  const gateway = createGateway({ host, plugins, settings: { ...defaults, ...settings } })
  const applied = gateway.apply(entities, 1, 'root')
  if (!applied.ok) throw new Error(JSON.stringify(applied.problems))
  const exchange = await gateway.handle(arrival(sent))
  gateway.finish(exchange, 10)
  const { response } = exchange
  return {
    host,
    status: response?.status ?? 0,
    headers: response?.headers ?? new HeaderList(),
    body: (await response?.body?.text()) ?? '',
    upstream: host.calls.at(-1),
  }
}

describe('a proxied request', () => {
  it('reaches the service with the matched path stripped and the forwarding headers set', async () => {
    const { upstream, status } = await through([service, route], {
      path: '/a/b?c=d',
      host: 'gw.test:8000',
    })
    expect(status).toBe(200)
    expect(upstream).toMatchObject({
      scheme: 'http',
      host: 'up.test',
      port: 80,
      method: 'GET',
      target: '/b?c=d',
    })
    const lines = Object.fromEntries(upstream?.headers ?? [])
    expect(lines).toMatchObject({
      Host: 'up.test',
      'X-Real-IP': '127.0.0.1',
      'X-Forwarded-For': '127.0.0.1',
      'X-Forwarded-Proto': 'http',
      'X-Forwarded-Host': 'gw.test',
      'X-Forwarded-Port': '80',
      'X-Forwarded-Path': '/a/b',
      'X-Forwarded-Prefix': '/a',
    })
  })

  it('leaves behind what belongs to the hop, and what the client claims about itself', async () => {
    const { upstream } = await through([service, route], {
      path: '/a',
      headers: {
        Connection: 'close, X-Hop',
        'X-Hop': '1',
        'Keep-Alive': '5',
        TE: 'trailers, deflate',
        'X-Forwarded-Host': 'evil',
        'X-Forwarded-Prefix': '/evil',
        'X-Kept': '1',
      },
    })
    const keys = upstream?.headers.keys ?? []
    expect(keys).not.toContain('x-hop')
    expect(keys).not.toContain('connection')
    expect(keys).not.toContain('keep-alive')
    expect(upstream?.headers.get('te')).toBe('trailers')
    expect(upstream?.headers.get('x-forwarded-host')).toBe('gw.test')
    expect(upstream?.headers.get('x-forwarded-prefix')).toBe('/a')
    expect(upstream?.headers.get('x-kept')).toBe('1')
  })

  it('believes the forwarding headers of a trusted peer', async () => {
    const { upstream } = await through(
      [service, route],
      {
        path: '/a',
        headers: {
          'X-Real-IP': '10.1.1.1',
          'X-Forwarded-Proto': 'https',
          'X-Forwarded-Prefix': '/outer',
        },
      },
      { settings: { trusted_ips: ['127.0.0.0/8'] } },
    )
    expect(upstream?.headers.get('x-real-ip')).toBe('10.1.1.1')
    expect(upstream?.headers.get('x-forwarded-for')).toBe('10.1.1.1')
    expect(upstream?.headers.get('x-forwarded-proto')).toBe('https')
    expect(upstream?.headers.get('x-forwarded-prefix')).toBe('/outer')
  })

  it('answers with the lines of the upstream, without its hop, and tells who handled it', async () => {
    const host = fakeHost()
    host.upstream = [
      {
        status: 201,
        headers: HeaderList.from([
          ['Connection', 'x-hop'],
          ['X-Hop', '1'],
          ['Content-Type', 'text/plain'],
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
        ]),
      },
    ]
    const { status, headers } = await through([service, route], { path: '/a' }, { host })
    expect(status).toBe(201)
    expect(headers.getAll('set-cookie')).toEqual(['a=1', 'b=2'])
    expect(headers.has('x-hop')).toBe(false)
    expect(headers.get('content-type')).toBe('text/plain; charset=UTF-8')
    expect(headers.get('via')).toMatch(/^1\.1 kong\//)
    expect(headers.get('x-kong-request-id')).toMatch(/^[0-9a-f]{32}$/)
    expect(headers.get('x-kong-upstream-latency')).toBe('0')
  })

  it('is counted once, with route, service, status and sizes', async () => {
    const { host } = await through([service, route], { path: '/a', body: 'four' })
    expect(host.records).toHaveLength(1)
    expect(host.records[0]).toMatchObject({
      route: id(2),
      service: id(1),
      status: 200,
      source: 'upstream',
      request_bytes: 104,
      response_bytes: 10,
    })
  })
})

describe('an upstream that fails', () => {
  const failing = (failure: UpstreamFailure, then = 200) => {
    const host = fakeHost()
    host.upstream = [failure, { status: then }]
    return host
  }

  it.each([
    ['connect', 502],
    ['reset', 502],
    ['invalid', 502],
    ['connect_timeout', 504],
    ['read_timeout', 504],
  ] as const)('%s gives %i once the tries are used up', async (reason, status) => {
    const host = fakeHost()
    host.upstream = [new UpstreamFailure(reason, 'x', true)]
    const seen = await through([service, route], { path: '/a' }, { host })
    expect(seen.status).toBe(status)
    expect(seen.body).toMatch(
      /^(An invalid response|The upstream server is timing out).*\nrequest_id: [0-9a-f]{32}\n$/,
    )
  })

  it('is not to blame when the client went away: 499, without another try or a warning', async () => {
    const host = failing(new UpstreamFailure('gone', 'x', false))
    await through([service, route], { path: '/a' }, { host })
    expect(host.calls).toHaveLength(1)
    expect(host.records).toMatchObject([{ status: 499, source: 'error' }])
    expect(host.logs).toEqual([])
  })

  it('a name that does not resolve gives 503 at once', async () => {
    const seen = await through(
      [service, route],
      { path: '/a' },
      { host: failing(new UpstreamFailure('resolve', 'x', false)) },
    )
    expect(seen.status).toBe(503)
    expect(JSON.parse(seen.body).message).toBe('name resolution failed')
    expect(seen.host.calls).toHaveLength(1)
  })

  it('is tried again when it was not reached', async () => {
    const seen = await through(
      [service, route],
      { path: '/a', method: 'POST', body: 'x' },
      { host: failing(new UpstreamFailure('connect', 'x', false)) },
    )
    expect(seen.status).toBe(200)
    expect(seen.host.calls).toHaveLength(2)
  })

  it('is not sent a POST twice', async () => {
    const seen = await through(
      [service, route],
      { path: '/a', method: 'POST', body: 'x' },
      { host: failing(new UpstreamFailure('read_timeout', 'x', true)) },
    )
    expect(seen.status).toBe(504)
    expect(seen.host.calls).toHaveLength(1)
  })

  it('tries another target of an upstream, with that target as Host', async () => {
    const upstream = make('upstreams', { id: id(5), name: 'up.test' })
    const targets = [1, 2].map((number) =>
      make('targets', {
        id: id(5 + number),
        upstream: { id: id(5) },
        target: `t${number}.test:8080`,
      }),
    )
    const { host } = await through(
      [service, route, upstream, ...targets],
      { path: '/a' },
      { host: failing(new UpstreamFailure('connect', 'x', false)) },
    )
    expect(host.calls.map((call) => call.host).sort()).toEqual(['t1.test', 't2.test'])
    expect(host.calls.map((call) => call.headers.get('host'))).toEqual(
      host.calls.map((call) => `${call.host}:8080`),
    )
  })

  it('without any target gives 503', async () => {
    const seen = await through(
      [service, route, make('upstreams', { id: id(5), name: 'up.test' })],
      { path: '/a' },
    )
    expect(seen.status).toBe(503)
    expect(JSON.parse(seen.body).message).toBe('failure to get a peer from the ring-balancer')
  })
})

describe('plugins', () => {
  const order = [
    tracer('low', 1, trace),
    tracer('high', 10, trace),
    tracer('a-tie', 5, trace),
    tracer('b-tie', 5, trace),
  ]
  const all = [
    configured('low', 'l'),
    configured('high', 'h'),
    configured('a-tie', 'a'),
    configured('b-tie', 'b'),
  ]

  it('run by priority, the greater name first among equals, in every phase', async () => {
    const { upstream, headers } = await through(
      [service, route, ...all],
      { path: '/a' },
      { plugins: order },
    )
    expect(upstream?.headers.getAll('x-trace')).toEqual(['h', 'b', 'a', 'l'])
    expect(headers.getAll('x-trace')).toEqual(['h', 'b', 'a', 'l'])
  })

  it('of one name run once: the most specific one', async () => {
    const consumer = make('consumers', { id: id(9), username: 'c' })
    const identify = plugin({
      name: 'identify',
      priority: 1000,
      summary: 'Names the consumer.',
      config: {},
      create: () => ({
        request: (exchange) => {
          exchange.consumer = exchange.configuration.consumerBy('c')
        },
      }),
    })
    const r = { route: { id: id(2) } }
    const s = { service: { id: id(1) } }
    const c = { consumer: { id: id(9) } }
    const scopes: Record<string, unknown>[] = [
      { ...r, ...s, ...c },
      { ...r, ...c },
      { ...s, ...c },
      { ...r, ...s },
      c,
      r,
      s,
      {},
    ]
    const instances = scopes.map((scope, at) => configured('low', String(at), scope, at * 10))
    const base = [service, route, consumer, make('plugins', { id: id(99), name: 'identify' })]
    for (let most = 0; most < instances.length; most++) {
      const { upstream } = await through(
        [...base, ...instances.slice(most)],
        { path: '/a' },
        { plugins: [...order, identify] },
      )
      expect(upstream?.headers.getAll('x-trace')).toEqual([String(most)])
    }
  })

  it('that are disabled are as if absent: a less specific one acts', async () => {
    const { upstream } = await through(
      [
        service,
        route,
        configured('low', 'g'),
        configured('low', 'r', { route: { id: id(2) }, enabled: false }),
      ],
      { path: '/a' },
      { plugins: order },
    )
    expect(upstream?.headers.getAll('x-trace')).toEqual(['g'])
  })

  it('that refuse end the request phase, and every plugin still sees the answer and the log', async () => {
    const guard = tracer('guard', 5, () => ({ request: () => refuse(403, 'no') }))
    const seen = await through(
      [service, route, configured('guard', 'x'), ...all.slice(0, 2)],
      { path: '/a' },
      { plugins: [...order, guard] },
    )
    expect(seen.status).toBe(403)
    expect(seen.upstream).toBeUndefined()
    expect(JSON.parse(seen.body).message).toBe('no')
    expect(seen.headers.getAll('x-trace')).toEqual(['h', 'l'])
    expect(seen.headers.get('x-kong-response-latency')).toBe('0')
  })

  it('that throw cost only this request, with 500, and are named in the record', async () => {
    const broken = tracer('broken', 5, () => ({
      request: () => {
        throw new Error('secret detail')
      },
    }))
    const seen = await through(
      [service, route, configured('broken', 'x')],
      { path: '/a' },
      { plugins: [broken] },
    )
    expect(seen.status).toBe(500)
    expect(JSON.parse(seen.body).message).toBe('An unexpected error occurred')
    expect(seen.body).not.toContain('secret')
    expect(seen.host.records[0]?.fault).toBe('broken')
  })

  it('that are global see requests that no route matched', async () => {
    const seen = await through(
      [service, route, configured('low', 'g')],
      { path: '/nope' },
      { plugins: order },
    )
    expect(seen.status).toBe(404)
    expect(seen.headers.getAll('x-trace')).toEqual(['g'])
    expect(JSON.parse(seen.body).message).toBe('no Route matched with those values')
  })

  it('of unchanged content are kept from one configuration to the next', () => {
    let made = 0
    const counted = tracer('counted', 1, () => {
      made++
      return {}
    })
    const gateway = createGateway({ host: fakeHost(), plugins: [counted], settings: defaults })
    gateway.apply([service, route, configured('counted', 'x')], 1, 'a')
    gateway.apply(
      [service, route, configured('counted', 'x'), make('consumers', { id: id(9), username: 'c' })],
      2,
      'b',
    )
    expect(made).toBe(1)
    gateway.apply([service, route, configured('counted', 'y')], 3, 'c')
    expect(made).toBe(2)
  })

  it('answer exactly what they exit with', async () => {
    const answers = tracer('answers', 5, () => ({
      request: () => exit(418, { a: 1 }, { 'X-A': 'b' }),
    }))
    const seen = await through(
      [service, route, configured('answers', 'x')],
      { path: '/a', headers: { Accept: 'text/html' } },
      { plugins: [answers] },
    )
    expect([seen.status, seen.body, seen.headers.get('x-a')]).toEqual([418, '{"a":1}', 'b'])
    expect(seen.headers.get('content-type')).toBe('application/json; charset=utf-8')
  })
})

describe('a configuration', () => {
  it('that does not compile changes nothing and names what is wrong', async () => {
    const host = fakeHost()
    const gateway = createGateway({ host, plugins: [], settings: defaults })
    expect(gateway.apply([service, route], 1, 'good')).toMatchObject({ ok: true })
    const refused = gateway.apply([service, route, configured('unknown', 'x')], 2, 'bad')
    expect(refused).toMatchObject({
      ok: false,
      problems: [{ kind: 'plugins', message: "plugin 'unknown' is not known to this runtime" }],
    })
    expect(gateway.configuration.root).toBe('good')
    expect((await gateway.handle(arrival({ path: '/a' }))).response?.status).toBe(200)
  })

  it('tells what of it is taken but does not act', () => {
    const gateway = createGateway({ host: fakeHost(), plugins: [], settings: defaults })
    const hashed = make('upstreams', {
      id: id(5),
      name: 'a',
      hash_on: 'ip',
      algorithm: 'consistent-hashing',
    })
    const checked = make('upstreams', {
      id: id(6),
      name: 'b',
      healthchecks: { active: { healthy: { interval: 5 } } },
    })
    const streams = make('services', { id: id(7), name: 't', host: 'up.test', protocol: 'tcp' })
    const applied = gateway.apply([service, route, hashed, checked, streams], 1, 'r')
    expect(applied.ok && applied.warnings.map(({ kind, id }) => [kind, id])).toEqual([
      ['upstreams', id(5)],
      ['upstreams', id(6)],
      ['services', id(7)],
    ])
  })

  it('names the route whose expression does not compile', () => {
    const gateway = createGateway({ host: fakeHost(), plugins: [], settings: defaults })
    const broken: SnapshotEntity = {
      ...route,
      entity: { ...route.entity, id: id(8), paths: ['~/(a'] },
    }
    const applied = gateway.apply([service, broken], 1, 'r')
    expect(applied).toMatchObject({ ok: false, problems: [{ kind: 'routes', id: id(8) }] })
  })

  it('that never came is told to the client as 503, not as a missing route', async () => {
    const gateway = createGateway({ host: fakeHost(), plugins: [], settings: defaults })
    const { response } = await gateway.handle(arrival({ path: '/a' }))
    expect([response?.status, response?.headers.get('retry-after')]).toEqual([503, '1'])
    gateway.apply([], 1, 'empty')
    expect((await gateway.handle(arrival({ path: '/a' }))).response?.status).toBe(404)
  })

  it('takes the routes of a disabled service out', async () => {
    const off = make('services', { id: id(1), name: 's', host: 'up.test', enabled: false })
    expect((await through([off, route], { path: '/a' })).status).toBe(404)
  })

  it('in use by a request stays in use until its answer, whatever comes meanwhile', async () => {
    const host = fakeHost()
    const gateway = createGateway({ host, plugins: [tracer('low', 1, trace)], settings: defaults })
    gateway.apply([service, route, configured('low', 'o')], 1, 'a')
    host.upstream = [
      () => {
        gateway.apply([service], 2, 'b')
        return { status: 200 }
      },
    ]
    const exchange = await gateway.handle(arrival({ path: '/a' }))
    expect(exchange.response?.headers.getAll('x-trace')).toEqual(['o'])
    expect(exchange.configuration.root).toBe('a')
    expect((await gateway.handle(arrival({ path: '/a' }))).response?.status).toBe(404)
  })
})

describe('protocols', () => {
  const secure = (fields: Record<string, unknown>) =>
    make('routes', {
      id: id(2),
      paths: ['/a'],
      service: { id: id(1) },
      protocols: ['https'],
      ...fields,
    })

  it('a plain request to an https route is told to upgrade, or redirected with its query', async () => {
    const told = await through([service, secure({})], { path: '/a' })
    expect([told.status, told.headers.get('upgrade')]).toEqual([426, 'TLS/1.2, HTTP/1.1'])
    const moved = await through([service, secure({ https_redirect_status_code: 301 })], {
      path: '/a?b',
      host: 'x.test:8000',
    })
    expect([moved.status, moved.headers.get('location')]).toEqual([301, 'https://x.test/a?b'])
    expect((await through([service, secure({})], { path: '/a', scheme: 'https' })).status).toBe(200)
  })

  it('a route without a service answers 503 unless a plugin answers', async () => {
    const bare = make('routes', { id: id(2), paths: ['/a'] })
    const seen = await through([bare], { path: '/a' })
    expect([seen.status, JSON.parse(seen.body).message]).toEqual([
      503,
      'no Service found with those values',
    ])
  })
})
