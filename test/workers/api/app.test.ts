import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { decrypt, digestSecret, encrypt } from '#workers/api/keys'
import { module, post, get as read } from '#workers/api/module'
import { Problem } from '#workers/api/problem'
import { modules, newWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await newWorld([
    module({
      name: 'probe',
      summary: 'Routes that only this test has.',
      routes: [
        post('/v2/probe', {
          summary: 'Echo',
          body: z.object({ n: z.int().min(1), inner: z.object({ a: z.string() }).optional() }),
          query: z.object({ page: z.coerce.number().int().default(1) }),
          status: 201,
          handle: (_, { body, query }) => ({ body, query }),
        }),
        read('/v2/probe/broken', {
          summary: 'Break',
          handle: () => {
            throw new Error('secret of the house')
          },
        }),
        read('/v2/probe/refused', {
          summary: 'Refuse',
          handle: () => {
            throw new Problem('conflict', 'Taken already.', { name: 'already taken' })
          },
        }),
      ],
    }),
  ])
})

describe('every answer', () => {
  it('carries an id of its own, also when nothing is there', async () => {
    const ids = new Set<string | null>()
    for (const path of ['/health', '/admin/default', '/v2/nonsense', '/v2/probe/refused']) {
      const { headers } = await world.call('GET', path)
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
      expect(headers.get('server')).toMatch(/^tidegate\//)
      ids.add(headers.get('x-request-id'))
    }
    expect(ids.size).toBe(4)
  })

  it('of the Admin API is JSON as Kong labels it', async () => {
    const { headers } = await world.admin('GET', '/services')
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('x-kong-admin-latency')).toMatch(/^\d+$/)
  })
})

describe('routes as data', () => {
  it('check body and query, and answer the status they name', async () => {
    const made = await world.call('POST', '/v2/probe?page=2', { body: { n: 1 } })
    expect(made.status).toBe(201)
    expect(await made.json()).toEqual({ body: { n: 1 }, query: { page: 2 } })
    const refused = await world.call('POST', '/v2/probe?page=x', { body: { n: 0, inner: {} } })
    expect(refused.status).toBe(400)
    const wrong = await world.call('POST', '/v2/probe', { body: { n: 0, inner: {} } })
    expect(await wrong.json()).toMatchObject({
      code: 'invalid',
      status: 400,
      fields: { inner: { a: 'required field missing' } },
    })
  })
})

describe('failures', () => {
  it('are problems of RFC 9457 under /v2, with the field and the rule', async () => {
    const answer = await world.call('GET', '/v2/probe/refused')
    expect(answer.status).toBe(409)
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(await answer.json()).toEqual({
      type: 'urn:tidegate:problem:conflict',
      title: 'Conflict',
      status: 409,
      code: 'conflict',
      detail: 'Taken already.',
      message: 'Taken already.',
      fields: { name: 'already taken' },
    })
  })

  it('that nobody expected tell nothing of the inside, and are logged', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const answer = await world.call('GET', '/v2/probe/broken')
    const text = await answer.text()
    expect(answer.status).toBe(500)
    expect(text).not.toContain('secret')
    expect(text).not.toContain('.ts')
    expect(log).toHaveBeenCalledWith(
      expect.stringContaining(answer.headers.get('x-request-id') ?? 'none'),
      expect.objectContaining({ message: 'secret of the house' }),
    )
    log.mockRestore()
  })

  it.each([
    ['{"host":', 'application/json', 400, 'Cannot parse JSON body'],
    ['', 'application/json', 400, 'Cannot parse JSON body'],
    ['["a"]', 'application/json', 400, 'Expected a JSON object in the body'],
    ['host: a', 'text/plain', 415, "Cannot read a body of type 'text/plain'."],
  ])('of the body %j as %s are told as Kong does', async (raw, type, status, message) => {
    const answer = await world.admin('POST', '/services', {
      raw,
      headers: { 'content-type': type },
    })
    expect([answer.status, answer.body]).toEqual([status, { message }])
  })

  it('of a body that is too large come before it is read to its end', async () => {
    const answer = await world.admin('POST', '/services', {
      raw: `{"name":"${'x'.repeat(5 * 1024 * 1024)}"}`,
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(413)
  })
})

describe('paths and methods', () => {
  it('that nobody may see say how to come in', async () => {
    const { status, headers } = await world.call('GET', '/v2/audit', { token: '' })
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  })

  it('that are not there answer 404 in the form of their API', async () => {
    const admin = await world.admin('GET', '/nonsense')
    expect([admin.status, admin.body]).toEqual([404, { message: 'Not found' }])
    const rest = await world.call('GET', '/v2/nonsense')
    expect(rest.headers.get('content-type')).toContain('problem+json')
    expect((await world.admin('GET', '/services//')).status).toBe(404)
  })

  it('end with a slash or without', async () => {
    expect((await world.admin('GET', '/services/')).status).toBe(200)
    expect((await world.call('GET', '/admin/default/')).status).toBe(200)
  })

  it('tell what they take', async () => {
    const refused = await world.admin('PUT', '/services')
    expect([refused.status, refused.body]).toEqual([405, { message: 'Method not allowed' }])
    expect(refused.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST')
    const options = await world.admin('OPTIONS', '/services/x')
    expect(options.status).toBe(204)
    expect(options.headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS, PATCH, PUT')
    const head = await world.admin('HEAD', '/services')
    expect([head.status, head.body]).toEqual([200, undefined])
  })

  it('decode names as they were sent', async () => {
    await world.admin('POST', '/consumers', { body: { username: 'a/b c' } })
    const { body } = await world.admin('GET', '/consumers/a%2Fb%20c')
    expect(body.username).toBe('a/b c')
    await world.admin('DELETE', '/consumers/a%2Fb%20c')
  })
})

describe('a session', () => {
  const cookie = 'session=owner'
  const write = (headers: Record<string, string>) =>
    world.call('POST', '/v2/probe', { token: '', body: { n: 1 }, headers: { cookie, ...headers } })

  it('writes when our own page asks', async () => {
    expect((await write({ 'sec-fetch-site': 'same-origin' })).status).toBe(201)
    expect((await write({ origin: 'https://tidegate.test' })).status).toBe(201)
  })

  it.each([
    ['cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['same-site but not same-origin', { 'sec-fetch-site': 'same-site' }],
    ['another origin', { origin: 'https://evil.test' }],
    ['no origin that is one', { origin: 'null' }],
    ['a browser that does not say', {}],
  ])('never writes for %s', async (_, headers: Record<string, string>) => {
    const answer = await write(headers)
    expect(answer.status).toBe(403)
  })

  it('reads from anywhere: nothing changes, and no other page sees the answer', async () => {
    const answer = await world.call('GET', '/v2/probe/refused', {
      token: '',
      headers: { cookie, origin: 'https://evil.test' },
    })
    expect(answer.status).toBe(409)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('the description of the API', () => {
  it('has every route, once, with its permission', async () => {
    const document = await (await world.call('GET', '/openapi.json', { token: '' })).json<{
      openapi: string
      paths: Record<string, Record<string, { operationId: string; security?: [] }>>
      components: { schemas: Record<string, unknown> }
    }>()
    expect(document.openapi).toBe('3.0.3')
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const route of modules.flatMap(({ routes }) => routes)) {
      const path = route.path.replace(/:([a-z_]+)/g, '{$1}')
      const operation = document.paths[path]?.[route.method.toLowerCase()]
      expect([path, operation !== undefined]).toEqual([path, !route.alias])
      if (operation) expect(operation.security !== undefined).toBe(route.public === true)
    }
    const services = document.paths['/admin/{group}/services']
    expect(services?.post).toMatchObject({
      requestBody: {
        content: { 'application/json': { schema: { $ref: '#/components/schemas/ServiceInput' } } },
      },
    })
    expect(services?.get).toMatchObject({
      parameters: expect.arrayContaining([expect.objectContaining({ name: 'tags', in: 'query' })]),
    })
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)]
    expect(names.length).toBeGreaterThan(50)
    for (const [, name] of names) expect(document.components.schemas).toHaveProperty(name as string)
    expect(JSON.stringify(document)).not.toContain('#/definitions')
  })

  it('is shown by a page that loads nothing from elsewhere', async () => {
    const answer = await world.call('GET', '/reference', { token: '' })
    const page = await answer.text()
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    const nonce = /'nonce-([\w-]+)'/.exec(policy)?.[1]
    expect(page).toContain(`<script nonce="${nonce}">`)
    expect(page.match(/(src|href)="(https?:)?\/\//g)).toBeNull()
  })
})

describe('keys', () => {
  const other = { TIDEGATE_SECRET: 'b'.repeat(44) }

  it('open what they closed, and nothing else', async () => {
    const sealed = await encrypt(env, 'one', 'the secret')
    expect(sealed).not.toContain('secret')
    expect(await encrypt(env, 'one', 'the secret')).not.toBe(sealed)
    expect(await decrypt(env, 'one', sealed)).toBe('the secret')
    await expect(decrypt(env, 'two', sealed)).rejects.toThrow()
    await expect(decrypt(other, 'one', sealed)).rejects.toThrow()
    const last = sealed.at(-5) === 'A' ? 'B' : 'A'
    await expect(
      decrypt(env, 'one', `${sealed.slice(0, -5)}${last}${sealed.slice(-4)}`),
    ).rejects.toThrow()
  })

  it('digest alike for one purpose only', async () => {
    const digest = await digestSecret(env, 'one', 'x')
    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    expect(await digestSecret(env, 'one', 'x')).toBe(digest)
    expect(await digestSecret(env, 'two', 'x')).not.toBe(digest)
    expect(await digestSecret(other, 'one', 'x')).not.toBe(digest)
  })

  it('are refused from a secret that is too short', async () => {
    await expect(encrypt({ TIDEGATE_SECRET: 'short' }, 'one', 'x')).rejects.toThrow('32 bytes')
  })
})
