import { beforeEach, describe, expect, it } from 'vitest'
import { kinds } from '#model/index'
import { plugins } from '#plugins/index'
import { newWorld, rowsOf, type World } from '../api/world.ts'

let world: World

beforeEach(async () => {
  world = await newWorld()
})

const YAML = `
_format_version: "3.0"
services:
  - name: orders
    url: http://orders.test:8080/v1
    tags: &labels [shop]
    routes:
      - name: orders
        paths: [/orders]
        tags: *labels
        plugins:
          - name: key-auth
consumers:
  - username: bob
    keyauth_credentials:
      - key: bobs-key
    acls:
      - group: friends
upstreams:
  - name: pool
    targets:
      - target: 10.0.0.1:80
plugins:
  - name: correlation-id
    config: { header_name: X-Id }
`

const load = (raw: string, type = 'text/yaml', path = '/config') =>
  world.admin('POST', path, { raw, headers: { 'content-type': type } })

const names = async (path: string) =>
  (await world.konnect('GET', path)).body.data.map(
    (entity: Record<string, unknown>) => entity.name ?? entity.username ?? entity.key,
  )

describe('import', () => {
  it('of YAML makes everything that it nests, and answers it by id', async () => {
    const { status, body } = await load(YAML)
    expect(status).toBe(201)
    expect(Object.keys(body).sort()).toEqual([
      'acls',
      'consumers',
      'keyauth_credentials',
      'plugins',
      'routes',
      'services',
      'targets',
      'upstreams',
    ])
    const [service] = Object.values(body.services) as { id: string }[]
    expect(service).toMatchObject({ host: 'orders.test', port: 8080, path: '/v1', tags: ['shop'] })
    expect((await world.admin('GET', '/routes/orders')).body).toMatchObject({
      service: { id: service?.id },
      tags: ['shop'],
    })
    expect((await world.admin('GET', '/key-auths/bobs-key')).status).toBe(200)
    expect((await world.admin('GET', '/routes/orders/plugins')).body.data).toHaveLength(1)
  })

  it('replaces what was there, and the same again changes nothing', async () => {
    await world.admin('PUT', '/services/old', { body: { host: 'old.test' } })
    await load(YAML)
    expect(await names('/services')).toEqual(['orders'])
    const changes = await rowsOf('config_changes', world.group.id)
    const versions = await rowsOf('audit_entries', world.group.id)
    expect((await load(YAML)).status).toBe(201)
    expect(await rowsOf('config_changes', world.group.id)).toBe(changes)
    expect(await rowsOf('audit_entries', world.group.id)).toBe(versions)
  })

  it('takes JSON, a field of JSON, and forms', async () => {
    const document = JSON.stringify({
      _format_version: '3.0',
      services: [{ name: 's', host: 'a.test' }],
    })
    const json = 'application/json'
    const form = 'application/x-www-form-urlencoded'
    for (const [raw, type] of [
      [document, json],
      [JSON.stringify({ config: document }), json],
      [`config=${encodeURIComponent(document)}`, form],
      [
        `--X\r\nContent-Disposition: form-data; name="config"; filename="kong.yaml"\r\n\r\n${document}\r\n--X--\r\n`,
        'multipart/form-data; boundary=X',
      ],
    ] as const) {
      await load('_format_version: "3.0"\n')
      expect(await names('/services')).toEqual([])
      expect((await load(raw, type)).status).toBe(201)
      expect(await names('/services')).toEqual(['s'])
    }
  })

  it('loads the same file into two groups', async () => {
    await world.newGroup('second')
    await load(YAML)
    const answer = await world.call('POST', '/admin/second/config', {
      raw: YAML,
      headers: { 'content-type': 'text/yaml' },
    })
    expect(answer.status).toBe(201)
    expect(await names('/services')).toEqual(['orders'])
  })

  it('that is refused names every problem and leaves what was there', async () => {
    await load(YAML)
    const before = await rowsOf('config_changes', world.group.id)
    const { status, body } = await load(
      JSON.stringify({
        _format_version: '3.0',
        services: [{ name: 'fine', host: 'h' }, { name: 'x' }],
        nonsense: [],
      }),
      'application/json',
    )
    expect(status).toBe(400)
    expect(body).toMatchObject({
      code: 14,
      name: 'invalid declarative configuration',
      fields: { nonsense: 'unknown field', services: [null, { host: 'required field missing' }] },
      message:
        'declarative config is invalid: {nonsense="unknown field",services={[2]={host="required field missing"}}}',
    })
    expect(await names('/services')).toEqual(['orders'])
    expect(await rowsOf('config_changes', world.group.id)).toBe(before)
  })

  it('tells problems entity by entity when asked', async () => {
    const { body } = await load(
      JSON.stringify({
        _format_version: '3.0',
        services: [
          {
            name: 's',
            host: 1,
            tags: ['t'],
            routes: [
              { name: 'r', paths: ['x'], plugins: [{ name: 'cors', config: { max_age: 'x' } }] },
            ],
          },
        ],
        routes: [{ name: 'bare' }],
      }),
      'application/json',
      '/config?flatten_errors=1',
    )
    expect(body.fields).toEqual({})
    const flat = body.flattened_errors.map(
      ({ entity_type, entity_name, errors }: Record<string, unknown>) => [
        entity_type,
        entity_name,
        errors,
      ],
    )
    expect(flat).toContainEqual([
      'service',
      's',
      [{ type: 'field', field: 'host', message: 'expected a string' }],
    ])
    expect(flat).toContainEqual([
      'plugin',
      'cors',
      [{ type: 'field', field: 'config.max_age', message: expect.stringContaining('expected a') }],
    ])
    expect(flat.map(([type, name]: [string, string]) => `${type} ${name}`).sort()).toEqual([
      'plugin cors',
      'route bare',
      'route r',
      'service s',
    ])
    const service = body.flattened_errors.find(
      ({ entity_type }: { entity_type: string }) => entity_type === 'service',
    )
    expect(service).toMatchObject({ entity_tags: ['t'], entity: { name: 's', host: 1 } })
    expect(service.entity.routes).toBeUndefined()
  })

  it.each([
    ['', 'application/json', 400, 'expected a declarative configuration'],
    ['{', 'application/json', 400, 'Cannot parse JSON body'],
    ['services: []', 'text/plain', 415, "Cannot read a configuration of type 'text/plain'."],
    ['x=1', 'application/x-www-form-urlencoded', 400, 'expected a declarative configuration'],
  ])('of %j as %s is refused', async (raw, type, status, message) => {
    const answer = await load(raw, type)
    expect([answer.status, answer.body.message]).toEqual([status, message])
  })

  it.each([
    ['what is no YAML', 'a: [1', /1:\d+: |2:\d+: /],
    ['a text', 'just text', /expected an object/],
    ['two values for one key', 'a: 1\na: 2', /2:1: /],
    [
      'aliases that multiply',
      `a: &a [1,1,1,1,1,1,1,1,1]\n${['b', 'c', 'd', 'e', 'f', 'g']
        .map(
          (name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join(',')}]`,
        )
        .join('\n')}`,
      /alias/i,
    ],
  ])('of %s says where and why', async (_, raw, why) => {
    const { status, body } = await load(raw)
    expect([status, body.code]).toEqual([400, 14])
    expect(body.fields.error).toMatch(/^failed parsing declarative configuration: /)
    expect(body.fields.error).toMatch(why)
  })

  it('is for those who may write', async () => {
    const answer = await world.call('POST', '/admin/default/config', {
      token: 'viewer',
      raw: YAML,
      headers: { 'content-type': 'text/yaml' },
    })
    expect(answer.status).toBe(403)
    expect(await names('/services')).toEqual([])
  })
})

describe('schemas', () => {
  it('describe every kind and every plugin for the console', async () => {
    const described = await (await world.call('GET', '/v2/schemas')).json<
      { plural: string; key: string | null; schema: Schema; list_columns: string[] }[]
    >()
    expect(described.map(({ plural }) => plural)).toEqual(kinds.map(({ plural }) => plural))
    const service = described.find(({ plural }) => plural === 'services')
    expect(service?.schema.properties.name).toMatchObject({ unique: true })
    expect(service?.schema.properties.client_certificate).toMatchObject({
      references: 'certificate',
    })
    expect(service?.schema.required).toEqual(['host'])
    expect(service?.list_columns.slice(0, 2)).toEqual(['name', 'host'])
    const credential = described.find(({ plural }) => plural === 'keyauth_credentials')
    expect(credential?.list_columns).not.toContain('key')
    const listed = await (await world.call('GET', '/v2/schemas/plugins')).json<
      { name: string; schema: Schema }[]
    >()
    expect(listed.map(({ name }) => name)).toEqual(plugins.map(({ name }) => name))
    for (const { schema } of listed)
      expect(Object.keys(schema.properties).length).toBeGreaterThan(0)
    expect((await world.call('GET', '/v2/schemas/services')).status).toBe(200)
    expect((await world.call('GET', '/v2/schemas/nonsense')).status).toBe(404)
  })

  it("come in Kong's form, which decK fills defaults from", async () => {
    const { body } = await world.admin('GET', '/schemas/services')
    expect(body.fields).toContainEqual({ retries: expect.objectContaining({ default: 5 }) })
    const plugin = (await world.admin('GET', '/schemas/plugins/key-auth')).body
    const config = plugin.fields.find((field: object) => 'config' in field)
    expect(config.config).toMatchObject({ type: 'record', required: true })
    const unknown = await world.admin('GET', '/schemas/plugins/nonsense')
    expect([unknown.status, unknown.body]).toEqual([404, { message: "No plugin named 'nonsense'" }])
    expect((await world.admin('GET', '/schemas/nonsense')).status).toBe(404)
  })

  it('judge an entity without writing it', async () => {
    const fine = await world.admin('POST', '/schemas/services/validate', { body: { host: 'h' } })
    expect([fine.status, fine.body]).toEqual([200, { message: 'schema validation successful' }])
    const bad = await world.admin('POST', '/schemas/plugins/validate', {
      body: { name: 'cors', config: { max_age: 'x' } },
    })
    expect([bad.status, bad.body.code]).toEqual([400, 2])
    expect(await rowsOf('services', world.group.id)).toBe(0)
  })
})

describe('the Admin API', () => {
  it('says which Kong it is like', async () => {
    const { body } = await world.admin('GET', '')
    expect(body).toMatchObject({ version: '3.9.1', configuration: { database: 'postgres' } })
    expect((await world.admin('GET', '/plugins/enabled')).body.enabled_plugins).toContain('cors')
    expect((await world.admin('GET', '/status')).body).toEqual({ database: { reachable: true } })
  })

  it('is found by the name of the group and by its id, and nowhere else', async () => {
    expect((await world.call('GET', `/admin/${world.group.id}`)).status).toBe(200)
    expect((await world.call('GET', '/admin/nonsense')).status).toBe(404)
  })
})

describe('a write', () => {
  it('wakes the publisher: the runtimes get a version with it', async () => {
    await load(YAML)
    const latest = async () => {
      const answer = await world.call('GET', '/v2/runtime-groups/default/versions')
      return (await answer.json<{ data: { counts: object }[] }>()).data[0]?.counts
    }
    await expect
      .poll(latest, { timeout: 4000 })
      .toMatchObject({ services: 1, keyauth_credentials: 1 })
  })
})

interface Schema {
  properties: Record<string, Record<string, unknown>>
  required?: string[]
}
