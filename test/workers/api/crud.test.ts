import { beforeEach, describe, expect, it } from 'vitest'
import { kinds } from '#model/index'
import type { EntityKind } from '#model/kit'
import { crudRoutes } from '#workers/api/crud'
import { referencesOf } from '#workers/db/references'
import configuration from '../../../workers/modules/configuration/index.ts'
import { newWorld, ownersFor, samples, type World } from './world.ts'

let world: World

beforeEach(async () => {
  world = await newWorld()
})

const sampleOf = (kind: EntityKind) => {
  const sample = samples[kind.name]
  if (!sample) throw new Error(`no sample of ${kind.name}: add one to world.ts`)
  return sample
}

/** Kinds whose key names one entity in the whole group. */
const isNamed = ({ name, key }: EntityKind) =>
  key !== undefined && !['acl', 'target'].includes(name)

const each = (chosen: EntityKind[]) =>
  describe.each(chosen.map((kind) => [kind.plural, kind] as const))

each(kinds)('%s', (_, kind) => {
  const { make, change } = sampleOf(kind)
  const path = `/${kind.path}`
  const api = () => (kind.name === 'target' ? world.konnect : world.admin)

  it('are made, read, listed, changed, replaced and deleted', async () => {
    const owners = await ownersFor(world, kind)
    const body = make(1, owners)
    const made = await api()('POST', path, { body })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject(body)
    const { id } = made.body
    expect(made.body.created_at).toBeTypeOf('number')

    expect((await api()('GET', `${path}/${id}`)).body).toEqual(made.body)
    expect((await api()('GET', path)).body).toEqual({ data: [made.body], next: null })

    world.pass(5000)
    const changed = await api()('PATCH', `${path}/${id}`, { body: change })
    expect(changed.status).toBe(200)
    const later = kind.updatedAt === false ? {} : { updated_at: made.body.created_at + 5 }
    expect(changed.body).toEqual({ ...made.body, ...change, ...later })

    const replaced = await api()('PUT', `${path}/${id}`, { body })
    expect(replaced.status).toBe(200)
    expect(replaced.body).toEqual({ ...made.body, ...later })

    expect((await api()('DELETE', `${path}/${id}`)).status).toBe(204)
    expect((await api()('GET', `${path}/${id}`)).status).toBe(404)
  })

  it('answer the same in both shapes', async () => {
    const owners = await ownersFor(world, kind)
    const { body: made } = await world.konnect('POST', path, { body: make(1, owners) })
    if (kind.name !== 'target') {
      expect((await world.admin('GET', `${path}/${made.id}`)).body).toEqual(made)
    }
    const alias = await world.call(
      'GET',
      `/v2/control-planes/${world.group.id}/core-entities${path}/${made.id}`,
    )
    expect(await alias.json()).toEqual(made)
  })

  it('keep the id that the client chose, and take it once', async () => {
    const owners = await ownersFor(world, kind)
    const id = crypto.randomUUID()
    const made = await api()('POST', path, { body: { ...make(1, owners), id: id.toUpperCase() } })
    expect(made.body.id).toBe(id)
    const again = await api()('POST', path, { body: { ...make(2, owners), id } })
    expect(again.status).toBe(400)
    expect(again.body).toEqual({
      message: `primary key violation on key '{id="${id}"}'`,
      name: 'primary key violation',
      code: 3,
      fields: { id },
    })
  })

  it('come in pages that together are all of them, once each, by id', async () => {
    const owners = await ownersFor(world, kind)
    const ids: string[] = []
    for (let n = 1; n <= 5; n++) {
      ids.push((await api()('POST', path, { body: make(n, owners) })).body.id)
    }
    const seen: string[] = []
    let offset: string | undefined
    do {
      const query = offset === undefined ? '' : `&offset=${encodeURIComponent(offset)}`
      const { body } = await api()('GET', `${path}?size=2${query}`)
      expect(body.data.length).toBeLessThanOrEqual(2)
      expect(body.next === null).toBe(body.offset === undefined)
      seen.push(...body.data.map((entity: { id: string }) => entity.id))
      offset = body.offset
    } while (offset !== undefined)
    expect(seen).toEqual(ids.sort())
  })

  it('are found by tags: all of them, or any', async () => {
    const owners = await ownersFor(world, kind)
    const tagged = async (n: number, tags: string[] | null) =>
      (await api()('POST', path, { body: { ...make(n, owners), tags } })).body.id
    const both = await tagged(1, ['a', 'b'])
    const one = await tagged(2, ['a'])
    const other = await tagged(3, ['c'])
    await tagged(4, null)
    const found = async (tags: string) =>
      (await api()('GET', `${path}?tags=${tags}`)).body.data
        .map((entity: { id: string }) => entity.id)
        .sort()
    expect(await found('a')).toEqual([both, one].sort())
    expect(await found('a,b')).toEqual([both])
    expect(await found('b/c')).toEqual([both, other].sort())
    const many = Array.from({ length: 200 }, (_, n) => `t${n}`)
    expect(await found(['a', ...many].join('/'))).toEqual([both, one].sort())
    expect(await found(['a', ...many].join(','))).toEqual([])
    expect(await found('none')).toEqual([])
  })

  it('refuse fields that they do not have', async () => {
    const owners = await ownersFor(world, kind)
    const { status, body } = await api()('POST', path, {
      body: { ...make(1, owners), nonsense: null },
    })
    expect(status).toBe(400)
    expect(body).toMatchObject({
      name: 'schema violation',
      code: 2,
      fields: { nonsense: 'unknown field' },
      message: 'schema violation (nonsense: unknown field)',
    })
    expect((await api()('GET', path)).body.data).toEqual([])
  })

  it.each(['constructor', 'toString', 'hasOwnProperty'])(
    'refuse a field called %s, which every object of ours seems to have',
    async (name) => {
      const owners = await ownersFor(world, kind)
      const refused = { status: 400, body: { fields: { [name]: 'unknown field' } } }
      const body = { ...make(1, owners), [name]: { prototype: 1 } }
      expect(await api()('POST', path, { body })).toMatchObject(refused)
      const { id } = (await api()('POST', path, { body: make(1, owners) })).body
      const changed = await api()('PATCH', `${path}/${id}`, { body: { [name]: { prototype: 1 } } })
      expect(changed).toMatchObject(refused)
    },
  )

  it('need what they cannot be without', async () => {
    const needed = Object.keys(make(1, {})).filter((field) => {
      const schema = kind.input.shape[field]
      return schema && !schema.safeParse(undefined).success
    })
    const { status, body } = await api()('POST', path, { body: {} })
    if (needed.length === 0) {
      expect([201, 400]).toContain(status)
      return
    }
    expect(status).toBe(400)
    for (const field of needed) expect(body.fields[field]).toBe('required field missing')
  })

  it('refuse a change of what is not there, and a deletion says nothing', async () => {
    const id = crypto.randomUUID()
    const changed = await api()('PATCH', `${path}/${id}`, { body: change })
    expect(changed.status).toBe(404)
    expect(changed.body.message).toBe(`could not find the entity with primary key '{id="${id}"}'`)
    expect((await api()('DELETE', `${path}/${id}`)).status).toBe(204)
  })
})

each(kinds.filter(isNamed))('%s', (_, kind) => {
  const { make, change } = sampleOf(kind)
  const path = `/${kind.path}`

  it('are named by their key, which only one may have', async () => {
    const owners = await ownersFor(world, kind)
    const key = kind.key as string
    const body = make(1, owners)
    const name = String(body[key])
    const { body: made } = await world.admin('PUT', `${path}/${name}`, { body })
    expect(made[key]).toBe(name)
    expect((await world.admin('GET', `${path}/${name}`)).body).toEqual(made)
    const again = await world.admin('PUT', `${path}/${name}`, { body: { ...body, ...change } })
    expect(again.body).toMatchObject({ id: made.id, ...change })

    const second = kind.name === 'plugin' ? { ...make(2, owners), [key]: name } : body
    const taken = await world.admin('POST', path, { body: second })
    expect(taken.status).toBe(409)
    expect(taken.body).toEqual({
      message: `UNIQUE violation detected on '{${key}="${name}"}'`,
      name: 'unique constraint violation',
      code: 5,
      fields: { [key]: name },
    })
    expect((await world.admin('DELETE', `${path}/${name}`)).status).toBe(204)
    expect((await world.admin('GET', `${path}/${name}`)).status).toBe(404)
  })
})

each(kinds.filter((kind) => referencesOf(kind).length > 0))('%s', (_, kind) => {
  const { make } = sampleOf(kind)
  const path = `/${kind.path}`
  const api = () => (kind.name === 'target' ? world.konnect : world.admin)

  it('point only at what is there', async () => {
    const owners = await ownersFor(world, kind)
    for (const { field, target } of referencesOf(kind)) {
      const id = crypto.randomUUID()
      const body = {
        ...make(5, owners),
        [field]: { id },
        ...(kind.name === 'service' ? { protocol: 'https' } : {}),
      }
      const missing = await api()('POST', path, { body })
      expect(missing.status).toBe(400)
      expect(missing.body.code).toBe(4)
      expect(missing.body.message).toBe(
        `the foreign key '{id="${id}"}' does not reference an existing '${target.plural}' entity.`,
      )
      if (target.key === undefined) continue
      const unresolved = await api()('POST', path, {
        body: { ...body, [field]: { [target.key]: 'nobody' } },
      })
      expect(unresolved.body.code).toBe(13)
      expect(unresolved.body.fields[field][target.key]).toContain('cannot be resolved')
    }
  })
})

describe('below an owner', () => {
  it('an entity belongs to the owner of the URL, whatever the body says', async () => {
    const { body: first } = await world.admin('POST', '/services', {
      body: { name: 'first', host: 'a.test' },
    })
    const { body: second } = await world.admin('POST', '/services', {
      body: { name: 'second', host: 'a.test' },
    })
    const made = await world.admin('POST', '/services/first/routes', {
      body: { name: 'r', paths: ['/'], service: { id: second.id } },
    })
    expect(made.status).toBe(201)
    expect(made.body.service).toEqual({ id: first.id })
    expect((await world.admin('GET', '/services/first/routes')).body.data).toEqual([made.body])
    expect((await world.admin('GET', '/services/second/routes')).body.data).toEqual([])
    expect((await world.admin('GET', '/services/second/routes/r')).status).toBe(404)
    expect((await world.admin('GET', '/routes/r/service')).body).toEqual(first)
  })

  it('nothing is found, made or deleted below an owner that is not there', async () => {
    for (const [method, path] of [
      ['GET', '/consumers/nobody/key-auth'],
      ['POST', '/consumers/nobody/key-auth'],
      ['PUT', '/consumers/nobody/acls/x'],
      ['DELETE', '/upstreams/nobody/targets/x'],
    ] as const) {
      const body = method === 'GET' || method === 'DELETE' ? undefined : {}
      const answer = await world.admin(method, path, { body })
      expect([answer.status, answer.body]).toEqual([404, { message: 'Not found' }])
    }
  })

  it('PUT of an id that another owner has moves it', async () => {
    for (const username of ['bob', 'eve']) await world.admin('PUT', `/consumers/${username}`)
    const { body: made } = await world.admin('POST', '/consumers/bob/key-auth', {
      body: { key: 'k' },
    })
    const moved = await world.admin('PUT', `/consumers/eve/key-auth/${made.id}`, {
      body: { key: 'k' },
    })
    expect(moved.status).toBe(200)
    expect((await world.admin('GET', '/consumers/bob/key-auth')).body.data).toEqual([])
    expect((await world.admin('GET', '/consumers/eve/key-auth')).body.data).toEqual([moved.body])
  })

  it('a credential without a key gets one that cannot be guessed', async () => {
    await world.admin('PUT', '/consumers/bob')
    const keys = new Set<string>()
    for (let n = 0; n < 3; n++) {
      const { body } = await world.admin('POST', '/consumers/bob/key-auth')
      expect(body.key).toMatch(/^[0-9A-Za-z]{32}$/)
      keys.add(body.key)
    }
    expect(keys.size).toBe(3)
  })

  it('targets without weight are hidden from the list, as Kong does, and shown by all', async () => {
    await world.admin('POST', '/upstreams', { body: { name: 'up' } })
    const on = await world.admin('POST', '/upstreams/up/targets', { body: { target: 'a.test' } })
    const off = await world.admin('POST', '/upstreams/up/targets', {
      body: { target: 'b.test:81', weight: 0 },
    })
    expect(on.body.target).toBe('a.test:8000')
    await world.admin('PATCH', `/upstreams/up/targets/${on.body.id}`, { body: { weight: null } })
    on.body.weight = null
    expect((await world.admin('GET', '/upstreams/up/targets')).body.data).toEqual([on.body])
    const all = (await world.admin('GET', '/upstreams/up/targets/all')).body.data
    expect(all.map(({ id }: { id: string }) => id).sort()).toEqual([on.body.id, off.body.id].sort())
    expect((await world.konnect('GET', '/upstreams/up/targets')).body.data).toHaveLength(2)
  })
})

describe('deletion', () => {
  it('takes along what cannot be without it', async () => {
    await world.admin('PUT', '/consumers/bob')
    await world.admin('POST', '/consumers/bob/key-auth', { body: { key: 'k' } })
    await world.admin('POST', '/consumers/bob/acls', { body: { group: 'g' } })
    await world.admin('POST', '/consumers/bob/plugins', { body: { name: 'request-termination' } })
    expect((await world.admin('DELETE', '/consumers/bob')).status).toBe(204)
    for (const path of ['/key-auths', '/acls', '/plugins']) {
      expect((await world.admin('GET', path)).body.data).toEqual([])
    }
  })

  it('is refused while something that stays points at it', async () => {
    await world.admin('PUT', '/services/s', { body: { host: 'a.test' } })
    await world.admin('POST', '/services/s/routes', { body: { paths: ['/'] } })
    const refused = await world.admin('DELETE', '/services/s')
    expect(refused.status).toBe(400)
    expect(refused.body).toEqual({
      message: "an existing 'routes' entity references this 'services' entity",
      name: 'foreign key violation',
      code: 4,
      fields: { '@referenced_by': 'routes' },
    })
    expect((await world.admin('GET', '/services/s')).status).toBe(200)
  })

  it('of an authority is refused while a service trusts it', async () => {
    const sample = samples.ca_certificate?.make(1, {})
    const { body: authority } = await world.admin('POST', '/ca_certificates', { body: sample })
    const { body: service } = await world.admin('POST', '/services', {
      body: { host: 'a.test', protocol: 'https', ca_certificates: [authority.id] },
    })
    const refused = await world.admin('DELETE', `/ca_certificates/${authority.id}`)
    expect(refused.body).toEqual({
      message: `ca certificate ${authority.id} is still referenced by services (id = ${service.id})`,
      name: 'referenced by others',
      code: 19,
    })
  })
})

describe('a change', () => {
  it('of a record leaves its other members, of a list takes its place', async () => {
    await world.admin('POST', '/upstreams', { body: { name: 'up' } })
    await world.admin('PATCH', '/upstreams/up', {
      body: { healthchecks: { active: { http_path: '/h', healthy: { interval: 5 } } } },
    })
    const { body } = await world.admin('PATCH', '/upstreams/up', {
      body: { healthchecks: { active: { healthy: { successes: 3, http_statuses: [204] } } } },
    })
    expect(body.healthchecks.active).toMatchObject({
      http_path: '/h',
      healthy: { interval: 5, successes: 3, http_statuses: [204] },
    })
  })

  it('of a plugin keeps the rest of its config and is judged by the plugin', async () => {
    const { body: made } = await world.admin('POST', '/plugins', {
      body: { name: 'request-termination', config: { message: 'gone' } },
    })
    const changed = await world.admin('PATCH', `/plugins/${made.id}`, {
      body: { config: { status_code: 410 } },
    })
    expect(changed.body.config).toMatchObject({ status_code: 410, message: 'gone' })
    const refused = await world.admin('PATCH', `/plugins/${made.id}`, {
      body: { config: { status_code: 1, nonsense: 1 } },
    })
    expect(refused.status).toBe(400)
    expect(Object.keys(refused.body.fields.config).sort()).toEqual(['nonsense', 'status_code'])
  })

  it('to null empties what may be empty', async () => {
    await world.admin('PUT', '/services/s', { body: { host: 'a.test', path: '/p', tags: ['t'] } })
    const { body } = await world.admin('PATCH', '/services/s', { body: { path: null, tags: null } })
    expect(body).toMatchObject({ path: null, tags: null })
  })
})

describe('plugins', () => {
  it('stand once for each combination of what they are scoped to', async () => {
    await world.admin('PUT', '/services/s', { body: { host: 'a.test' } })
    const body = { name: 'request-termination' }
    expect((await world.admin('POST', '/plugins', { body })).status).toBe(201)
    expect((await world.admin('POST', '/services/s/plugins', { body })).status).toBe(201)
    const twice = await world.admin('POST', '/plugins', { body })
    expect(twice.status).toBe(409)
    expect(twice.body.fields).toEqual({ ...body, consumer: null, route: null, service: null })
    expect(twice.body.message).toBe(
      `UNIQUE violation detected on '{consumer=null,name="request-termination",route=null,service=null}'`,
    )
  })

  it('are refused where they make no sense, and when there are none of that name', async () => {
    await world.admin('PUT', '/consumers/bob')
    const scoped = await world.admin('POST', '/consumers/bob/plugins', {
      body: { name: 'key-auth' },
    })
    expect(scoped.body.fields).toEqual({ consumer: 'value must be null' })
    const unknown = await world.admin('POST', '/plugins', { body: { name: 'nonsense' } })
    expect(unknown.body.fields.name).toContain("plugin 'nonsense' not enabled")
  })
})

describe('certificates', () => {
  it('are written with the names that they answer for, and found by them', async () => {
    const body = { ...samples.certificate?.make(1, {}), snis: ['a.test', 'b.test'] }
    const { body: made } = await world.admin('POST', '/certificates', { body })
    expect(made.snis).toEqual(['a.test', 'b.test'])
    expect((await world.admin('GET', '/certificates/a.test')).body).toEqual(made)
    expect((await world.admin('GET', '/snis/b.test')).body.certificate).toEqual({ id: made.id })

    const changed = await world.admin('PATCH', `/certificates/${made.id}`, {
      body: { snis: ['b.test', 'c.test'] },
    })
    expect(changed.body.snis).toEqual(['b.test', 'c.test'])
    expect((await world.admin('GET', '/certificates/a.test')).body).toEqual({
      message: 'SNI not found',
    })
    await world.admin('DELETE', `/certificates/${made.id}`)
    expect((await world.admin('GET', '/snis')).body.data).toEqual([])
  })

  it('cannot take a name that another has, and then nothing is written', async () => {
    const sample = samples.certificate?.make(1, {})
    await world.admin('POST', '/certificates', { body: { ...sample, snis: ['a.test'] } })
    const refused = await world.admin('POST', '/certificates', {
      body: { ...sample, snis: ['new.test', 'a.test'] },
    })
    expect(refused.status).toBe(409)
    expect(refused.body.fields).toEqual({ name: 'a.test' })
    expect((await world.admin('GET', '/certificates')).body.data).toHaveLength(1)
    expect((await world.admin('GET', '/snis')).body.data).toHaveLength(1)
  })
})

describe('lists', () => {
  beforeEach(async () => {
    for (const [name, host] of [
      ['orders', 'orders.test'],
      ['Billing', 'money.test'],
      ['users', 'orders-old.test'],
    ]) {
      await world.admin('POST', '/services', {
        body: { name, host, port: name === 'users' ? 1 : 2 },
      })
    }
  })
  const names = async (query: string) =>
    (await world.konnect('GET', `/services?${query}`)).body.data.map(
      ({ name }: { name: string }) => name,
    )

  it('are searched in names, hosts and paths, in any case', async () => {
    expect((await names('search=ORDERS')).sort()).toEqual(['orders', 'users'])
    expect(await names('search=bill')).toEqual(['Billing'])
    expect(await names(`search=${'x'.repeat(200)}`)).toEqual([])
    expect(await names('search=%25')).toEqual([])
  })

  it('are sorted by a field, both ways, across pages', async () => {
    expect(await names('sort=name')).toEqual(['Billing', 'orders', 'users'])
    expect(await names('sort=-name')).toEqual(['users', 'orders', 'Billing'])
    const first = (await world.konnect('GET', '/services?sort=-port&size=2')).body
    const second = (
      await world.konnect('GET', `/services?sort=-port&size=2&offset=${first.offset}`)
    ).body
    expect(second.data.map(({ name }: { name: string }) => name)).toEqual(['users'])
    expect((await world.konnect('GET', '/services?sort=nonsense')).status).toBe(400)
  })

  it('follow next as it is given', async () => {
    const { body } = await world.admin('GET', '/services?size=2&tags=none/none')
    expect(body).toEqual({ data: [], next: null })
    const first = (await world.admin('GET', '/services?size=2')).body
    expect(first.next).toMatch(/^\/services\?offset=[\w-]+&size=2$/)
    expect((await world.admin('GET', first.next)).body.data).toHaveLength(1)
    const konnect = (await world.konnect('GET', '/services?size=2')).body
    expect((await (await world.call('GET', konnect.next)).json<{ data: [] }>()).data).toHaveLength(
      1,
    )
  })

  it.each([
    ['size=0', 9, 'size must be an integer between 1 and 1000'],
    ['size=1001', 9, 'size must be an integer between 1 and 1000'],
    ['size=abc', 9, 'size must be a number'],
    ['offset=abc', 7, "'abc' is not a valid offset: bad json encoding"],
    ['tags=', 11, 'invalid option (tags: cannot be null)'],
    ['tags=a,b/c', 11, 'invalid option (tags: invalid filter syntax)'],
  ])('refuse %s', async (query, code, message) => {
    const { status, body } = await world.admin('GET', `/services?${query}`)
    expect([status, body.code, body.message]).toEqual([400, code, message])
  })
})

describe('tags', () => {
  it('are listed with what carries them, a page at a time', async () => {
    await world.admin('PUT', '/services/s', { body: { host: 'h', tags: ['a', 'b'] } })
    await world.admin('PUT', '/consumers/bob', { body: { tags: ['a'] } })
    const a = (await world.admin('GET', '/tags/a')).body
    expect(a.data.map((row: { entity_name: string }) => row.entity_name)).toEqual([
      'services',
      'consumers',
    ])
    const seen: string[] = []
    let path = '/tags?size=1'
    while (path) {
      const { body } = await world.admin('GET', path)
      seen.push(
        ...body.data.map(
          (row: { entity_name: string; tag: string }) => `${row.entity_name} ${row.tag}`,
        ),
      )
      path = body.next
    }
    expect(seen).toEqual(['services a', 'services b', 'consumers a'])
    expect((await world.admin('GET', '/tags/none')).body).toEqual({ data: [], next: null })
  })
})

describe('forms', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }

  it('carry lists, members, numbers and truth values', async () => {
    await world.admin('POST', '/services', {
      raw: 'url=http://a.test:81/x&name=s&tags[]=a&tags[]=b&enabled=false',
      headers: form,
    })
    expect((await world.admin('GET', '/services/s')).body).toMatchObject({
      host: 'a.test',
      port: 81,
      path: '/x',
      tags: ['a', 'b'],
      enabled: false,
    })
    const { body: plugin } = await world.admin('POST', '/plugins', {
      raw: 'name=rate-limiting&config.minute=5&config[policy]=local&service.name=s',
      headers: form,
    })
    expect(plugin.config).toMatchObject({ minute: 5, policy: 'local' })
    const changed = await world.admin('PATCH', `/plugins/${plugin.id}`, {
      raw: 'config.hour=50',
      headers: form,
    })
    expect(changed.body.config).toMatchObject({ minute: 5, hour: 50 })
  })
})

describe('permissions', () => {
  const routes = configuration.routes.filter(({ public: open }) => !open)

  it('cover every route of every kind', () => {
    expect(routes.length).toBeGreaterThan(crudRoutes(async () => ({ id: '', name: '' })).length)
    for (const { method, path, permission } of routes) {
      if (path.startsWith('/v2/schemas')) continue
      const wanted =
        method === 'GET' || path.endsWith('/validate')
          ? 'configuration:read'
          : 'configuration:write'
      expect([path, permission]).toEqual([path, wanted])
    }
  })

  it('refuse every route to nobody, and every write to a viewer, before anything is read', async () => {
    const refused: string[] = []
    for (const { method, path, permission } of routes) {
      const url = path
        .replace(':group', 'default')
        .replace(/:[a-z]+/g, '00000000-0000-4000-8000-000000000001')
      const nobody = await world.call(method, url, { token: '' })
      const wrong = await world.call(method, url, { token: 'nonsense' })
      expect([method, path, nobody.status, wrong.status]).toEqual([method, path, 401, 401])
      if (permission !== 'configuration:write') continue
      const viewer = await world.call(method, url, { token: 'viewer' })
      expect([method, path, viewer.status]).toEqual([method, path, 403])
      refused.push(path)
    }
    expect(refused.length).toBeGreaterThan(100)
  }, 60_000)

  it('keep groups of other organizations out of sight', async () => {
    const other = await newWorld()
    const answer = await other.call('GET', `/admin/${world.group.id}/services`)
    expect(answer.status).toBe(404)
  })
})
