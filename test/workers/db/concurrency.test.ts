import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { kindByName } from '#model/index'
import type { EntityKind } from '#model/kit'
import type { Store } from '#workers/db/store'
import { newWorld, rowsOf, type World } from '../api/world.ts'

const kind = (name: string) => kindByName.get(name) as EntityKind
const service = kind('service')
const route = kind('route')
const consumer = kind('consumer')
const credential = kind('keyauth_credential')
const plugin = kind('plugin')

let world: World
let store: Store

beforeEach(async () => {
  world = await newWorld()
  store = world.context.store(world.group.id)
})

/**
 * A store that somebody gets ahead of: `meddle` happens between what it reads and what it writes, the first `times` times.
 * Writes are batches; what a single write reads is not.
 */
const overtaken = (meddle: (time: number) => Promise<unknown>, times = 1) => {
  const slow = world.as('admin')
  const write = slow.db.batch.bind(slow.db)
  let batches = 0
  const meddled: typeof write = async (statements) => {
    batches++
    if (batches <= times) await meddle(batches)
    return write(statements)
  }
  Object.assign(slow.db, { batch: meddled })
  return { store: slow.store(world.group.id), batches: () => batches }
}

interface ChangeRow {
  action: string
  before: string | null
  after: string | null
}

const changesOf = async (id: string) =>
  (
    await env.DB.prepare(
      'select action, "before", "after" from config_changes where entity_id = ? order by sequence',
    )
      .bind(id)
      .all<ChangeRow>()
  ).results.map(({ action, before, after }) => ({
    action,
    before: before && JSON.parse(before),
    after: after && JSON.parse(after),
  }))

describe('changes of one entity at once', () => {
  it('are all kept: none puts back what it read before another', async () => {
    const { id } = await store.create(service, { name: 's', host: 'a.test' })
    const fields = {
      port: 81,
      retries: 7,
      connect_timeout: 1001,
      write_timeout: 1002,
      read_timeout: 1003,
      tags: ['t'],
    }
    const answers = await Promise.all(
      Object.entries(fields).map(([name, value]) =>
        world.admin('PATCH', '/services/s', { body: { [name]: value } }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(await store.find(service, 's')).toMatchObject(fields)

    const changes = await changesOf(id)
    expect(changes).toHaveLength(7)
    for (const [index, { before }] of changes.entries()) {
      expect(before).toEqual(index === 0 ? null : changes[index - 1]?.after)
    }
  })

  it('of the members of one plugin configuration are all kept, secrets too', async () => {
    const { id } = await store.create(plugin, {
      name: 'rate-limiting',
      config: { minute: 1, redis: { password: 'p' } },
    })
    const configs = [
      { minute: 2 },
      { hour: 30 },
      { redis: { password: 'q' } },
      { redis: { username: 'u' } },
    ]
    await Promise.all(configs.map((config) => store.patch(plugin, id, { config })))
    expect((await store.find(plugin, id))?.config).toMatchObject({
      minute: 2,
      hour: 30,
      redis: { password: 'q', username: 'u' },
    })
  })

  it('are decided anew on what the other left', async () => {
    const { id } = await store.create(service, { name: 's', host: 'a.test' })
    const late = overtaken(() => store.patch(service, 's', { port: 81 }))
    const patched = await late.store.patch(service, 's', { retries: 7 })
    expect(patched).toMatchObject({ port: 81, retries: 7 })
    expect(late.batches()).toBe(2)
    expect((await changesOf(id)).map(({ action }) => action)).toEqual([
      'create',
      'update',
      'update',
    ])
  })

  it('find out by what an entity holds, whatever that is', async () => {
    const odd = 'ü \u{1f30a} " \\ \n {"a":1} 1e3 \u0000 '
    const made = await store.create(consumer, { username: odd, custom_id: '007', tags: ['ü "1"'] })
    const patched = await store.patch(consumer, made.id, { tags: ['t'] })
    expect(patched).toMatchObject({ username: odd, custom_id: '007', tags: ['t'] })
    const upstream = await store.create(kind('upstream'), {
      name: 'u',
      healthchecks: { threshold: 33.3 },
    })
    await store.patch(kind('upstream'), 'u', { slots: 20 })
    expect(await store.find(kind('upstream'), 'u')).toMatchObject({
      slots: 20,
      healthchecks: upstream.healthchecks,
    })
  })

  it('are refused when it does not end, with what to do, and nothing is written', async () => {
    const { id } = await store.create(service, { name: 's', host: 'a.test' })
    const late = overtaken((time) => store.patch(service, 's', { port: 1000 + time }), 1000)
    const refused = late.store.patch(service, 's', { retries: 7 })
    await expect(refused).rejects.toMatchObject({
      code: 'conflict',
      status: 409,
      message: expect.stringContaining('Read it again and repeat your change'),
    })
    expect(late.batches()).toBeLessThan(10)
    expect(await store.find(service, 's')).toMatchObject({
      retries: 5,
      port: 1000 + late.batches(),
    })
    expect(await changesOf(id)).toHaveLength(1 + late.batches())
  })
})

describe('replacing by PUT', () => {
  it('many at once makes one entity, and each answers', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        world.admin('PUT', '/services/s', { body: { host: 'a.test', port: n } }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(await rowsOf('services', world.group.id)).toBe(1)
    const changes = await changesOf(answers[0]?.body.id)
    expect(changes.map(({ action }) => action)).toEqual(['create', 'update', 'update', 'update'])
  })

  it('makes it anew when it was deleted meanwhile, and says so in the list of changes', async () => {
    const { id } = await store.create(service, { name: 's', host: 'a.test' })
    const late = overtaken(() => store.remove(service, id))
    await late.store.upsert(service, id, { name: 's', host: 'b.test' })
    expect((await changesOf(id)).map(({ action }) => action)).toEqual([
      'create',
      'delete',
      'create',
    ])
  })

  it('tells of a name that another entity took meanwhile', async () => {
    const late = overtaken(() => store.create(service, { name: 's', host: 'a.test' }))
    await expect(
      late.store.upsert(service, crypto.randomUUID(), { name: 's', host: 'b.test' }),
    ).rejects.toMatchObject({ code: 'unique_violation' })
  })
})

describe('a change of what is deleted meanwhile', () => {
  it('finds nothing any more', async () => {
    await store.create(service, { name: 's', host: 'a.test' })
    const late = overtaken(() => store.remove(service, 's'))
    await expect(late.store.patch(service, 's', { port: 81 })).rejects.toMatchObject({
      code: 'no_entity',
    })
    expect(await rowsOf('services', world.group.id)).toBe(0)
  })

  it.each(['create', 'put', 'patch'] as const)(
    '%s: a reference to it is refused by field, as when it had never been',
    async (how) => {
      const { id } = await store.create(service, { name: 's', host: 'a.test' })
      const made = await store.create(route, { name: 'r', paths: ['/'] })
      const sent = { paths: ['/'], service: { id } }
      const late = overtaken(() => store.remove(service, id))
      const write = {
        create: () => late.store.create(route, sent),
        put: () => late.store.upsert(route, 'r', sent),
        patch: () => late.store.patch(route, 'r', sent),
      }[how]
      await expect(write()).rejects.toMatchObject({
        code: 'foreign_key_violation',
        message: `the foreign key '{id="${id}"}' does not reference an existing 'services' entity.`,
        fields: { service: { id } },
      })
      expect(await store.find(route, made.id)).toEqual(made)
    },
  )
})

describe('a deletion', () => {
  it('takes along what came to hang on the entity meanwhile', async () => {
    await store.create(consumer, { username: 'bob' })
    const late = overtaken(() =>
      store.create(credential, { key: 'k', consumer: { username: 'bob' } }),
    )
    expect(await late.store.remove(consumer, 'bob')).toBe(true)
    expect(await rowsOf('keyauth_credentials', world.group.id)).toBe(0)
  })

  it('leaves alone what moved to another owner meanwhile', async () => {
    await store.create(consumer, { username: 'bob' })
    const eve = await store.create(consumer, { username: 'eve' })
    const { id } = await store.create(plugin, {
      name: 'correlation-id',
      consumer: { username: 'bob' },
    })
    const late = overtaken(() => store.patch(plugin, id, { consumer: { id: eve.id } }))
    expect(await late.store.remove(consumer, 'bob')).toBe(true)
    expect((await store.find(plugin, id))?.consumer).toEqual({ id: eve.id })
  })

  it('is refused when something that stays came to point at it meanwhile', async () => {
    const { id } = await store.create(service, { name: 's', host: 'a.test' })
    const late = overtaken(() => store.create(route, { paths: ['/'], service: { id } }))
    await expect(late.store.remove(service, 's')).rejects.toMatchObject({
      code: 'foreign_key_violation',
      fields: { '@referenced_by': 'routes' },
    })
    expect(await rowsOf('services', world.group.id)).toBe(1)
  })

  it('of a trusted authority is refused when a service came to list it meanwhile', async () => {
    const authority = kind('ca_certificate')
    const { id } = await store.create(authority, { cert: CERT })
    await store.create(service, { name: 's', host: 'a.test', protocol: 'https' })
    const late = overtaken(() => store.patch(service, 's', { ca_certificates: [id] }))
    await expect(late.store.remove(authority, id)).rejects.toMatchObject({
      code: 'referenced_by_others',
    })
    expect(await rowsOf('ca_certificates', world.group.id)).toBe(1)
  })

  it('of one entity many times at once is done once', async () => {
    const { id } = await store.create(service, { name: 's', host: 'a.test' })
    const answers = await Promise.all([1, 2, 3, 4].map(() => store.remove(service, id)))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect((await changesOf(id)).map(({ action }) => action)).toEqual(['create', 'delete'])
  })
})

/** A self-signed authority made for this test. */
const CERT = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBfzCCASWgAwIBAgIUNcvWAYUY6aUWsPXkuckSz8bBNNMwCgYIKoZIzj0EAwIw',
  'FDESMBAGA1UEAwwJYXV0aG9yaXR5MCAXDTI2MTEyMzAxMTMxMloYDzIxMjYxMDMw',
  'MDExMzEyWjAUMRIwEAYDVQQDDAlhdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjO',
  'PQMBBwNCAAQNMOJ8uN4b+6ed9w/vUwU/25mFcxVfO2SAE37oml5ud8mtUQiIBb1k',
  '20FBNk0mylFbVV2BJOT+SCDgIKnIYIbEo1MwUTAdBgNVHQ4EFgQUy4K0q7uOnS00',
  'Q1xQTB4nsWfM2MwwHwYDVR0jBBgwFoAUy4K0q7uOnS00Q1xQTB4nsWfM2MwwDwYD',
  'VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiApCGKJZMaUe9xNoOYeyh2U',
  'BRZ2W9inGI3FljKOt3nwGAIhAPgqsKOHGejwQz1pXXvFGgT9vZ9TUzrhyDuEKxzH',
  'AaLy',
  '-----END CERTIFICATE-----',
  '',
].join('\n')
