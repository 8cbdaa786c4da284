import { describe, expect, it } from 'vitest'
import { digest } from '#engine/snapshot'
import { snapshotEntities } from '#engine/standalone'
import { type Declared, readDeclarative } from '#model/declarative'
import { catalog } from '#plugins/index'
import { EC_CERT, EC_KEY } from '../../support/certificates.ts'

const ids = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']
const NOW = 1_700_000_000

const read = (document: unknown) => readDeclarative(document, catalog, NOW)
const good = (document: Record<string, unknown>) => {
  const declared = read({ _format_version: '3.0', ...document })
  if (!declared.ok) throw new Error(declared.message)
  return (kind: string) => declared.entities.get(kind) ?? []
}
const bad = (document: Record<string, unknown>): Extract<Declared, { ok: false }> => {
  const declared = read({ _format_version: '3.0', ...document })
  if (declared.ok) throw new Error('the document is good')
  return declared
}

describe('a declarative document', () => {
  it('gives complete rows, whatever is nested in what', () => {
    const of = good({
      _comment: 'for readers',
      services: [
        {
          name: 's',
          url: 'https://up.test/base',
          routes: [{ name: 'r', paths: ['/'], plugins: [{ name: 'key-auth' }] }],
        },
      ],
      consumers: [{ username: 'bob', keyauth_credentials: [{ key: 'k' }], acls: [{ group: 'g' }] }],
      upstreams: [{ name: 'u', targets: [{ target: '10.0.0.1' }] }],
    })
    const [service] = of('services')
    expect(service).toMatchObject({
      name: 's',
      protocol: 'https',
      host: 'up.test',
      port: 443,
      path: '/base',
      retries: 5,
      created_at: NOW,
      updated_at: NOW,
    })
    const [route] = of('routes')
    expect(route).toMatchObject({ service: { id: service?.id }, strip_path: true, methods: null })
    expect(of('plugins')).toMatchObject([
      {
        name: 'key-auth',
        route: { id: route?.id },
        service: null,
        config: { key_names: ['apikey'] },
      },
    ])
    const [bob] = of('consumers')
    expect(of('keyauth_credentials')).toMatchObject([{ key: 'k', consumer: { id: bob?.id } }])
    expect(of('keyauth_credentials')[0]).not.toHaveProperty('updated_at')
    expect(of('acls')).toMatchObject([{ group: 'g', consumer: { id: bob?.id } }])
    expect(of('targets')).toMatchObject([{ target: '10.0.0.1:8000', weight: 100 }])
  })

  it('derives the ids that Kong and its tools derive', () => {
    const of = good({
      services: [{ name: 'some.service.name', host: 'h' }],
      routes: [{ name: 'some.service.name', paths: ['/'] }],
      consumers: [{ username: 'some.username' }],
    })
    // As published with Kong's own client library.
    expect(of('services')[0]?.id).toBe('d9bee1f8-db6e-5a37-9281-fd4aca16dc00')
    expect(of('routes')[0]?.id).toBe('7f0753cd-bff2-5f74-85b0-e8e2057d9500')
    expect(of('consumers')[0]?.id).toBe('782780c4-d345-5682-bdf6-722dccaf93e0')
  })

  it('keeps ids and times that are given', () => {
    // Any hexadecimal digits will do, as they do in Kong.
    const id = 'abcd1234-5678-abcd-0123-abcdeffedcba'
    const [service] = good({ services: [{ id, host: 'h', created_at: 5 }] })('services')
    expect(service).toMatchObject({ id, created_at: 5 })
  })

  it('tells apart what only its place tells apart, the same way each time', () => {
    const document = { services: [{ host: 'h', routes: [{ paths: ['/'] }, { paths: ['/'] }] }] }
    const ids = () => good(document)('routes').map(({ id }) => id)
    expect(new Set(ids()).size).toBe(2)
    expect(ids()).toEqual(ids())
  })

  it('resolves references by id, by key and by object', () => {
    const id = '11111111-1111-4111-8111-111111111111'
    const of = good({
      routes: [
        { name: 'a', paths: ['/a'], service: 's' },
        { name: 'b', paths: ['/b'], service: id },
        { name: 'c', paths: ['/c'], service: { id } },
        { name: 'd', paths: ['/d'], service: { name: 's' } },
      ],
      services: [{ id, name: 's', host: 'h' }],
    })
    expect(of('routes').map(({ service }) => service)).toEqual([{ id }, { id }, { id }, { id }])
  })

  it('makes keys that are left out', () => {
    const of = good({ consumers: [{ username: 'b', keyauth_credentials: [{}, {}] }] })
    const keys = of('keyauth_credentials').map(({ key }) => String(key))
    expect(keys).toHaveLength(2)
    for (const key of keys) expect(key).toMatch(/^[0-9A-Za-z]{32}$/)
    expect(keys[0]).not.toBe(keys[1])
  })

  it('names every fault at its place', () => {
    const { fields, message } = bad({
      nonsense: [],
      services: [
        { name: 'a', host: 'h', routes: [{ paths: ['/'] }, { name: 'r', paths: [1], x: 1 }] },
        {
          name: 'b',
          host: 'h',
          port: 70_000,
          plugins: [{ name: 'key-auth', config: { realm: 1 } }],
        },
      ],
    })
    expect(fields).toEqual({
      nonsense: 'unknown field',
      services: [
        { routes: [undefined, { paths: ['expected a string'], x: 'unknown field' }] },
        {
          port: 'value should be between 0 and 65535',
          plugins: [{ config: { realm: 'expected a string' } }],
        },
      ],
    })
    expect(message).toContain('declarative config is invalid: ')
    expect(message).toContain('services.2.plugins.1.config.realm: expected a string')
  })

  it.each([
    [
      { routes: [{ paths: ['/'], service: 'ghost' }] },
      "invalid reference 'service: ghost' (no such entry in 'services')",
    ],
    [
      { plugins: [{ name: 'ghost' }] },
      "plugin 'ghost' not enabled; add it to the 'plugins' configuration property",
    ],
    [
      {
        services: [
          { name: 'a', host: 'h' },
          { name: 'a', host: 'i' },
        ],
      },
      "services.2: uniqueness violation: 'services' entity with name set to 'a' already declared",
    ],
    [
      {
        services: [
          { id: ids[0], name: 'a', host: 'h' },
          { id: ids[0], name: 'b', host: 'i' },
        ],
      },
      `services.2: uniqueness violation: 'services' entity with primary key set to '${ids[0]}' already declared`,
    ],
    [
      { plugins: [{ name: 'cors' }, { name: 'cors' }] },
      "plugins.2: uniqueness violation: 'plugins' entity with primary key set to",
    ],
    [
      {
        plugins: [
          { id: ids[0], name: 'cors' },
          { id: ids[1], name: 'cors' },
        ],
      },
      "uniqueness violation: 'plugins' entity with name, service, route, consumer",
    ],
    [
      {
        consumers: [
          { username: 'a', keyauth_credentials: [{ key: 'k' }] },
          { username: 'b', keyauth_credentials: [{ key: 'k' }] },
        ],
      },
      "'keyauth_credentials' entity with key set to 'k' already declared",
    ],
    [
      { consumers: [{ username: 'a', plugins: [{ name: 'key-auth' }] }] },
      'consumer: value must be null',
    ],
    [
      { services: [{ name: 'a', host: 'h', routes: [{ paths: ['/'], service: 'b' }] }] },
      'value must be null',
    ],
    [{ services: 'x' }, 'services: expected an array'],
    [{ services: ['x'] }, 'expected a record'],
    [{ _transform: 'no' }, '_transform: expected a boolean'],
    [{ _format_version: '4.0' }, '_format_version: expected one of: 1.1, 2.1, 3.0'],
    [{ _format_version: 3 }, '_format_version: expected a string'],
    [{ services: [{ name: 'a', url: 'x' }] }, 'services.1.path: should start with: /'],
    [
      { services: [{ name: 'a', host: 'h', protocol: 'https', ca_certificates: [ids[0]] }] },
      `services.1.ca_certificates.1: invalid reference 'ca_certificates: ${ids[0]}' (no such entry in 'ca_certificates')`,
    ],
    [
      { upstreams: [{ name: 'u', targets: [{ target: 'a b' }] }] },
      "Invalid target ('a b'); not a valid hostname or ip address",
    ],
    [
      { certificates: [{ cert: EC_CERT, key: EC_KEY, snis: ['a.test', 'a b'] }] },
      'certificates.1.snis.2.name: invalid value: a b',
    ],
    [{ _format_version: null }, '_format_version: required field missing'],
  ])('refuses %j', (document, problem) => {
    expect(bad(document as Record<string, unknown>).message).toContain(problem)
  })

  it('takes paths of formats 1.1 and 2.1 for what they meant there', () => {
    const paths = ['/plain/%7euser/%2f', '/a/\\d+', '/b%2e(c|d)/%2F', '/x/../y', '~/today']
    for (const _format_version of ['1.1', '2.1']) {
      const of = good({
        _format_version,
        services: [{ name: 's', host: 'h', routes: [{ paths }] }],
        routes: [{ paths: ['/top/[0-9]'] }],
      })
      expect(of('routes').map((route) => route.paths)).toEqual([
        ['/plain/~user/%2F', '~/a/\\d+', '~/b\\.(c|d)/%2F', '/y', '~/today'],
        ['~/top/[0-9]'],
      ])
    }
  })

  it('takes the names of a certificate as texts or as records', () => {
    const of = good({
      certificates: [{ cert: EC_CERT, key: EC_KEY, snis: ['a.test', { name: 'b.test' }] }],
    })
    expect(of('snis').map(({ name, certificate }) => [name, certificate])).toEqual(
      ['a.test', 'b.test'].map((name) => [name, { id: of('certificates')[0]?.id }]),
    )
  })

  it('tells of repeats only when nothing else is wrong, by the place in their list', () => {
    const twice = [
      { name: 'a', host: 'h' },
      { name: 'a', host: 'i' },
    ]
    expect(bad({ services: twice }).fields).toEqual({
      services: [
        undefined,
        "uniqueness violation: 'services' entity with name set to 'a' already declared",
      ],
    })
    expect(bad({ services: twice, consumers: [{}] }).fields).toEqual({
      consumers: [expect.anything()],
    })
  })

  it('refuses what is no document', () => {
    expect(read('text')).toMatchObject({ ok: false, fields: { '@entity': 'expected a record' } })
  })
})

describe('declared rows as a snapshot', () => {
  it('hold no nulls and no key in clear', () => {
    const declared = read({
      _format_version: '3.0',
      consumers: [{ username: 'bob', keyauth_credentials: [{ key: 'secret' }] }],
    })
    if (!declared.ok) throw new Error(declared.message)
    const entities = snapshotEntities(declared.entities)
    expect(JSON.stringify(entities)).not.toContain('"secret"')
    expect(entities.find(({ kind }) => kind === 'keyauth_credentials')?.entity.key).toBe(
      digest('secret'),
    )
    for (const { entity } of entities) expect(Object.values(entity)).not.toContain(null)
  })
})
