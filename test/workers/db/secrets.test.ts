import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Registration, SnapshotAnswer } from '#engine/protocol'
import { sealer } from '#engine/seal'
import { digest } from '#engine/snapshot'
import { openSecrets } from '#hosts/shared/secrets'
import { createRegistrationToken, findGroup, groupObject } from '#modules/runtime-groups'
import { newWorld, type World } from '../api/world.ts'

const secrets = {
  key: 'open-sesame-key',
  other: 'open-sesame-other',
  password: 'open-sesame-password',
  shorthand: 'open-sesame-shorthand',
  endpoint: 'open-sesame-endpoint',
  header: 'open-sesame-header',
  changed: 'open-sesame-changed',
  pem: 'HcGsmeLbYtejI3p0nRa2jkWZcUahRANCAAQid7TnJmt7MXGhmyGtMuzgMYB2nwQY',
}
/** A pair made for this test: ECDSA, a.test. */
const CERT = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBejCCAR+gAwIBAgIUNoH5Wj2qocxf0p3BfjddYLm7UBAwCgYIKoZIzj0EAwIw',
  'ETEPMA0GA1UEAwwGYS50ZXN0MCAXDTI2MTEyMzAxMTEzMloYDzIxMjYxMDMwMDEx',
  'MTMyWjARMQ8wDQYDVQQDDAZhLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC',
  'AAQid7TnJmt7MXGhmyGtMuzgMYB2nwQYEhq18ma/gH2WsRsXZ0/AQoTg2uYdRTLR',
  'Andlyz1LX0KrdIO3+0znaSsfo1MwUTAdBgNVHQ4EFgQUwYXOJc9GzRWktABJoE6A',
  'kMLTTSwwHwYDVR0jBBgwFoAUwYXOJc9GzRWktABJoE6AkMLTTSwwDwYDVR0TAQH/',
  'BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAwjmg2VJ3SozUp75RY+BOJeOnA8du',
  'w7YpnrNYclEluK0CIQCWYjSdzWYPoKsmsbCEDo9XbAHeoc2yz545xvAXBeG+Gg==',
  '-----END CERTIFICATE-----',
  '',
].join('\n')
const KEY = [
  '-----BEGIN PRIVATE KEY-----',
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7KOzb6pCBk0PtC79',
  'HcGsmeLbYtejI3p0nRa2jkWZcUahRANCAAQid7TnJmt7MXGhmyGtMuzgMYB2nwQY',
  'Ehq18ma/gH2WsRsXZ0/AQoTg2uYdRTLRAndlyz1LX0KrdIO3+0znaSsf',
  '-----END PRIVATE KEY-----',
  '',
].join('\n')
const endpoint = `https://user:${secrets.endpoint}@logs.test/`
const headers = { Authorization: secrets.header, 'X-Tenant': secrets.header }

let world: World
const ids: Record<string, string> = {}

const make = async (name: string, path: string, body: unknown): Promise<void> => {
  const answer = await world.admin('POST', path, { body })
  expect([answer.status, answer.body]).toEqual([201, answer.body])
  ids[name] = answer.body.id
}

beforeAll(async () => {
  world = await newWorld()
  await make('consumer', '/consumers', { username: 'bob' })
  await make('credential', '/consumers/bob/key-auth', { key: secrets.key })
  await make('gone', '/consumers/bob/key-auth', { key: secrets.other })
  await make('certificate', '/certificates', { cert: CERT, key: KEY })
  await make('limit', '/plugins', {
    name: 'rate-limiting',
    config: { minute: 5, redis: { password: secrets.password } },
  })
  await make('limit of bob', '/consumers/bob/plugins', {
    name: 'rate-limiting',
    config: { minute: 5, redis_password: secrets.shorthand },
  })
  await make('log', '/plugins', {
    name: 'http-log',
    config: { http_endpoint: 'https://logs.test/', headers },
  })
  await world.admin('DELETE', `/key-auths/${ids.gone}`)
})

/** What a text gives away. */
const leaks = (text: string): string[] => Object.values(secrets).filter((one) => text.includes(one))

const rawTables = async (): Promise<Map<string, string>> => {
  const tables = await env.DB.prepare(
    "select name from sqlite_master where type = 'table' and name not like '\\_cf%' escape '\\' and name not like 'sqlite%'",
  ).all<{ name: string }>()
  const texts = new Map<string, string>()
  for (const { name } of tables.results) {
    const { results } = await env.DB.prepare(`select * from "${name}"`).all()
    texts.set(name, JSON.stringify(results))
  }
  return texts
}

const mustNotLeak = async (): Promise<void> => {
  const tables = await rawTables()
  expect(tables.size).toBeGreaterThan(15)
  for (const [name, text] of tables) expect([name, leaks(text)]).toEqual([name, []])
}

const configOf = async (name: string) =>
  (await world.admin('GET', `/plugins/${ids[name]}`)).body.config

const changesOf = async (id: string | undefined): Promise<Record<string, unknown>[]> =>
  (
    await env.DB.prepare('select "before", "after" from config_changes where entity_id = ?')
      .bind(id)
      .all<{ before: string | null; after: string | null }>()
  ).results.flatMap(({ before, after }) =>
    [before, after].flatMap((json) => (json === null ? [] : [JSON.parse(json)])),
  )

describe('secrets of plugins, credentials and certificates', () => {
  it('come back in clear, as Kong gives them', async () => {
    expect((await configOf('limit')).redis.password).toBe(secrets.password)
    expect((await configOf('limit of bob')).redis.password).toBe(secrets.shorthand)
    expect(await configOf('log')).toMatchObject({ http_endpoint: 'https://logs.test/', headers })
    const list = await world.konnect('GET', '/plugins')
    expect(leaks(JSON.stringify(list.body)).sort()).toEqual(
      [secrets.header, secrets.password, secrets.shorthand].sort(),
    )
    expect((await world.admin('GET', `/key-auths/${ids.credential}`)).body.key).toBe(secrets.key)
    expect((await world.admin('GET', `/certificates/${ids.certificate}`)).body.key).toBe(KEY)
  })

  it('stay when another member of the configuration changes, and may change by themselves', async () => {
    const path = `/plugins/${ids.limit}`
    await world.admin('PATCH', path, { body: { config: { minute: 6 } } })
    expect(await configOf('limit')).toMatchObject({
      minute: 6,
      redis: { password: secrets.password },
    })
    await world.admin('PATCH', path, { body: { config: { redis: { password: secrets.changed } } } })
    expect(await configOf('limit')).toMatchObject({
      minute: 6,
      redis: { password: secrets.changed, port: 6379 },
    })
    await world.admin('PATCH', path, { body: { config: { redis: { password: null } } } })
    expect((await configOf('limit')).redis.password).toBeNull()
    await world.admin('PATCH', path, {
      body: { config: { redis: { password: secrets.password } } },
    })
    await world.admin('PUT', `/plugins/${ids.log}`, {
      body: {
        name: 'http-log',
        config: { http_endpoint: endpoint, headers: { 'X-Tenant': secrets.header } },
      },
    })
    expect((await configOf('log')).http_endpoint).toBe(endpoint)
    await mustNotLeak()
  })

  it('are masked in the list of changes, and nothing else is', async () => {
    const changes = await changesOf(ids.limit)
    expect(changes.length).toBeGreaterThan(5)
    expect(changes[0]).toMatchObject({
      config: { minute: 5, redis: { password: '********', port: 6379, username: null } },
    })
    const [made] = await changesOf(ids.log)
    expect(made).toMatchObject({
      config: { http_endpoint: '********', headers: { Authorization: '********' }, method: 'POST' },
    })
  })

  it('are in no table of the database, nor in the audit, whatever was done with them', async () => {
    const again = await world.admin('POST', '/consumers/bob/key-auth', {
      body: { key: secrets.key },
    })
    expect(again.status).toBe(409)
    await mustNotLeak()
    const audit = await (await world.call('GET', '/v2/audit?size=1000')).text()
    expect(audit).toContain('plugin.created')
    expect(leaks(audit)).toEqual([])
  })

  it('are never the same text twice in the database', async () => {
    const one = await world.admin('POST', '/services', { body: { host: 'a.test' } })
    for (const owner of [one.body.id, null]) {
      await world.admin('POST', owner ? `/services/${owner}/plugins` : '/plugins', {
        body: {
          name: 'http-log',
          consumer: { id: ids.consumer },
          config: { http_endpoint: endpoint },
        },
      })
    }
    const { results } = await env.DB.prepare(
      "select config->>'http_endpoint' as stored from plugins where name = 'http-log' and consumer_id = ?",
    )
      .bind(ids.consumer)
      .all<{ stored: string }>()
    expect(results).toHaveLength(2)
    expect(new Set(results.map(({ stored }) => stored)).size).toBe(2)
    for (const { stored } of results) expect(stored).toMatch(/^v1:/)
  })
})

describe('a document with secrets', () => {
  const document = (password: string) => ({
    _format_version: '3.0',
    plugins: [
      { name: 'rate-limiting', config: { minute: 5, redis: { password } } },
      { name: 'http-log', config: { http_endpoint: endpoint } },
    ],
  })
  const load = (target: World, password: string) =>
    target.admin('POST', '/config', { body: document(password) })
  const changes = async (target: World) =>
    (
      await env.DB.prepare('select count(*) as n from config_changes where group_id = ?')
        .bind(target.group.id)
        .first<{ n: number }>()
    )?.n

  it('is told apart from another by its secrets alone, and written once', async () => {
    const other = await newWorld()
    expect((await load(other, secrets.password)).status).toBe(201)
    expect(await changes(other)).toBe(2)
    await load(other, secrets.password)
    expect(await changes(other)).toBe(2)
    await load(other, secrets.changed)
    expect(await changes(other)).toBe(3)
    await mustNotLeak()
  })
})

describe('text that was stored before its field was a secret', () => {
  it('is read as it is, and encrypted by the next write', async () => {
    const other = await newWorld()
    const { body } = await other.admin('POST', '/plugins', {
      body: { name: 'http-log', config: { http_endpoint: 'https://logs.test/' } },
    })
    await env.DB.prepare(
      "update plugins set config = json_set(config, '$.http_endpoint', 'https://old.test/') where id = ?",
    )
      .bind(body.id)
      .run()
    const read = await other.admin('GET', `/plugins/${body.id}`)
    expect(read.body.config.http_endpoint).toBe('https://old.test/')
    await other.admin('PATCH', `/plugins/${body.id}`, { body: { enabled: false } })
    const row = await env.DB.prepare('select config from plugins where id = ?')
      .bind(body.id)
      .first<{ config: string }>()
    expect(row?.config).not.toContain('old.test')
  })
})

describe('what is published', () => {
  const storedFor = async (group_id: string): Promise<string[]> => {
    const { objects } = await env.CONTENT.list()
    const own = objects.filter(({ key }) => key.includes(group_id))
    return Promise.all(own.map(async ({ key }) => (await env.CONTENT.get(key))?.text() ?? ''))
  }

  it('holds no secret in clear, and opens for a runtime of the group', async () => {
    const object = groupObject(env, world.group.id)
    expect(await object.changed()).toMatchObject({ ok: true })
    await world.admin('PATCH', `/plugins/${ids.limit}`, { body: { config: { minute: 7 } } })
    expect(await object.changed()).toMatchObject({ ok: true })

    const blobs = await storedFor(world.group.id)
    expect(blobs.length).toBeGreaterThan(2)
    for (const blob of blobs) expect(leaks(blob)).toEqual([])
    await runInDurableObject(object, (_, { storage }) => {
      const tables = storage.sql
        .exec<{ name: string }>("select name from sqlite_master where type = 'table'")
        .toArray()
        .filter(({ name }) => !name.startsWith('_cf'))
      expect(tables.length).toBeGreaterThan(1)
      for (const { name } of tables) {
        const rows = storage.sql.exec(`select * from "${name}"`).toArray()
        expect([name, leaks(JSON.stringify(rows))]).toEqual([name, []])
      }
    })

    const runtime = await register()
    const { latest } = await object.summary()
    const answer = await world.call('GET', `/runtime/v1/snapshots/${latest?.root}`, {
      token: '',
      headers: { authorization: `Bearer ${runtime.token}` },
    })
    const { entities } = await answer.json<SnapshotAnswer>()
    expect(leaks(JSON.stringify(entities))).toEqual([])
    const opened = await openSecrets(entities, await sealer(runtime.group_key))
    const of = (kind: string, name: string) => opened.get(`${kind}/${ids[name]}`)?.entity
    for (const name of ['limit', 'limit of bob', 'log']) {
      expect(of('plugins', name)?.config).toEqual(await configOf(name))
    }
    expect(of('certificates', 'certificate')?.key).toBe(KEY)
    expect(of('keyauth_credentials', 'credential')?.key).toBe(digest(secrets.key))
  })

  it('does not open for another group', async () => {
    const { entities } = await groupSnapshot()
    const stranger = await sealer(btoa('x'.repeat(32)))
    await expect(openSecrets(entities, stranger)).rejects.toMatchObject({
      name: 'ConfigurationRefused',
    })
  })

  const groupSnapshot = async (): Promise<SnapshotAnswer> => {
    const { latest } = await groupObject(env, world.group.id).summary()
    const stored = await env.CONTENT.get(`snapshots/${world.group.id}/${latest?.root}.json`)
    return (await stored?.json<SnapshotAnswer>()) ?? { base: null, entities: [], removed: [] }
  }

  const register = async (): Promise<Registration> => {
    const group = await findGroup(world.context, world.group.id)
    const { token } = await createRegistrationToken(world.context, group)
    const answer = await world.call('POST', '/runtime/v1/register', {
      token: '',
      headers: { authorization: `Bearer ${token}` },
      body: { hostname: 'edge-1', version: '0.1.0', host: 'node' },
    })
    expect(answer.status).toBe(201)
    return answer.json<Registration>()
  }
})
