import { describe, expect, it } from 'vitest'
import { HeaderList } from '#engine/headers'
import { UpstreamFailure } from '#engine/host'
import type { Sent } from '../../support/fake-host.ts'
import { routed, serving } from '../../support/through.ts'

const endpoint = 'http://collector.test/log'

/** Sends requests through and answers the records that the collector got, parsed. */
const recorded = async (
  config: Record<string, unknown>,
  sent: Sent = {},
  more: { plugins?: { name: string; config?: unknown }[]; entities?: Record<string, unknown> } = {},
) => {
  const loaded = serving(
    routed([{ name: 'http-log', config }, ...(more.plugins ?? [])], more.entities),
  )
  const seen = await loaded.send(sent)
  await loaded.host.advance(1000)
  const [request] = loaded.host.outbound
  return { ...loaded, seen, request, record: JSON.parse(String(request?.body ?? 'null')) }
}

describe('http-log', () => {
  it('sends one record for each request', async () => {
    const { request, record, host } = await recorded(
      { http_endpoint: endpoint },
      {
        path: '/p?a=1&b&c=x&c=y',
        headers: { 'X-Multi': ['1', '2'], Authorization: 'secret', 'Proxy-Authorization': 's' },
      },
    )
    expect(host.outbound).toHaveLength(1)
    expect(request).toMatchObject({
      method: 'POST',
      url: endpoint,
      headers: { 'Content-Type': 'application/json' },
      timeout: 10_000,
    })
    expect(record).toMatchObject({
      request: {
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        uri: '/p?a=1&b&c=x&c=y',
        url: 'http://gw.test:80/p?a=1&b&c=x&c=y',
        querystring: { a: '1', b: true, c: ['x', 'y'] },
        method: 'GET',
        headers: {
          host: 'gw.test',
          'x-multi': ['1', '2'],
          authorization: 'REDACTED',
          'proxy-authorization': 'REDACTED',
        },
        size: 100,
      },
      upstream_uri: '/p?a=1&b&c=x&c=y',
      upstream_status: '200',
      response: { status: 200 },
      latencies: { kong: 0, proxy: 0, request: 0, receive: 0 },
      tries: [{ ip: '127.0.0.1', port: 80 }],
      route: { name: 'r', paths: ['/'], service: { id: expect.any(String) } },
      service: { name: 'echo', host: 'echo.test' },
      client_ip: '127.0.0.1',
      started_at: 1767268800000,
      source: 'upstream',
      workspace_name: 'default',
    })
    for (const absent of ['consumer', 'authenticated_entity', 'correlation_id'])
      expect(record).not.toHaveProperty(absent)
    expect(record.tries[0]).not.toHaveProperty('state')
    expect(record.service).not.toHaveProperty('path')
  })

  it('tells who called, and what other plugins add', async () => {
    const { record } = await recorded(
      { http_endpoint: endpoint },
      { headers: { apikey: 'k', 'Kong-Request-ID': 'c-1' } },
      {
        plugins: [{ name: 'key-auth' }, { name: 'correlation-id' }],
        entities: {
          consumers: [
            {
              username: 'bob',
              keyauth_credentials: [{ id: '22222222-2222-4222-8222-222222222222', key: 'k' }],
            },
          ],
        },
      },
    )
    expect(record).toMatchObject({
      consumer: { username: 'bob' },
      authenticated_entity: { id: '22222222-2222-4222-8222-222222222222' },
      correlation_id: 'c-1',
    })
  })

  it('tells of refusals that no upstream saw', async () => {
    const { record } = await recorded(
      { http_endpoint: endpoint },
      {},
      { plugins: [{ name: 'key-auth' }] },
    )
    expect(record).toMatchObject({
      source: 'kong',
      upstream_status: '',
      tries: [],
      latencies: { proxy: -1 },
      response: { status: 401 },
    })
  })

  it('tells each failed try', async () => {
    const loaded = serving(routed([{ name: 'http-log', config: { http_endpoint: endpoint } }]))
    loaded.host.upstream = [
      new UpstreamFailure('connect', 'refused', false),
      new UpstreamFailure('connect_timeout', 'late', false),
      { status: 200, headers: new HeaderList() },
    ]
    await loaded.send()
    await loaded.host.advance(0)
    const record = JSON.parse(String(loaded.host.outbound[0]?.body))
    expect(record.upstream_status).toBe('502, 504, 200')
    expect(record.tries).toMatchObject([
      { state: 'failed', code: 502 },
      { state: 'failed', code: 504 },
      { port: 80 },
    ])
  })

  it('drops the query of the endpoint and turns its user into credentials', async () => {
    const { request } = await recorded({
      http_endpoint: 'https://me:p%40ss@collector.test:8443?x=1',
      method: 'PUT',
      headers: { 'X-Token': 't' },
    })
    expect(request).toMatchObject({
      method: 'PUT',
      url: 'https://collector.test:8443/',
      headers: { Authorization: `Basic ${btoa('me:p@ss')}`, 'X-Token': 't' },
    })
  })

  it.each([
    ['us%zz', 'us%zz'],
    ['ü:鍵', '\u00c3\u00bc:\u00e9\u008d\u00b5'],
    ['%C3%BC', '\u00c3\u00bc'],
  ])('takes user info that is no plain text: %s', async (user, bytes) => {
    const { request } = await recorded({ http_endpoint: `http://${user}@collector.test/` })
    expect(request).toMatchObject({ headers: { Authorization: `Basic ${btoa(bytes)}` } })
  })

  it('sends many records as one array when they come together', async () => {
    const loaded = serving(
      routed([
        {
          name: 'http-log',
          config: {
            http_endpoint: endpoint,
            queue: { max_batch_size: 3, max_coalescing_delay: 2 },
          },
        },
      ]),
    )
    for (const path of ['/1', '/2', '/3', '/4']) await loaded.send({ path })
    await loaded.host.settle()
    const uris = () =>
      loaded.host.outbound.map(({ body }) =>
        JSON.parse(String(body)).map((record: { request: { uri: string } }) => record.request.uri),
      )
    expect(uris()).toEqual([['/1', '/2', '/3']])
    await loaded.host.advance(2000)
    expect(uris()).toEqual([['/1', '/2', '/3'], ['/4']])
  })

  it.each([
    [{}, 'required field missing'],
    [{ http_endpoint: 'hi' }, 'missing host in url'],
    [{ http_endpoint: '{vault://env/x}' }, 'references to vaults are not available yet'],
    [{ http_endpoint: endpoint, headers: { HOST: 'x' } }, "cannot contain 'Host' header"],
    [
      { http_endpoint: 'http://a:b@c.test', headers: { authorization: 'x' } },
      "specifying both an 'Authorization' header and user info in 'http_endpoint' is not allowed",
    ],
    [
      { http_endpoint: endpoint, custom_fields_by_lua: { a: 'return 1' } },
      'custom_fields_by_lua: Lua code is not available yet',
    ],
  ])('refuses %j', (config, problem) => {
    expect(() => serving(routed([{ name: 'http-log', config }]))).toThrow(problem)
  })
})
