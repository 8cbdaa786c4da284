import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { sealer } from '#engine/seal'
import { digest, hashAll, hashBuckets, rootOf } from '#engine/snapshot'
import { kindByName } from '#model/index'
import type { EntityKind } from '#model/kit'
import { sealingKeyOf } from '#modules/runtime-groups'
import { snapshotOf } from '#workers/db/snapshot'
import type { Store } from '#workers/db/store'
import { EC_CERT, EC_KEY } from '../../support/certificates.ts'
import { newWorld, rowsOf, type World } from '../api/world.ts'

const kind = (name: string) => kindByName.get(name) as EntityKind
const service = kind('service')
const consumer = kind('consumer')
const credential = kind('keyauth_credential')

let world: World
let store: Store

beforeEach(async () => {
  world = await newWorld()
  store = world.context.store(world.group.id)
})

interface ChangeRow {
  sequence: number
  kind: string
  entity_id: string
  action: string
  actor: string
  before: string | null
  after: string | null
}

const changes = async (): Promise<ChangeRow[]> =>
  (
    await env.DB.prepare('select * from config_changes where group_id = ? order by sequence')
      .bind(world.group.id)
      .all<ChangeRow>()
  ).results

const audited = async (): Promise<string[]> =>
  (
    await env.DB.prepare('select action from audit_entries where group_id = ? order by id')
      .bind(world.group.id)
      .all<{ action: string }>()
  ).results.map(({ action }) => action)

describe('a write', () => {
  it('leaves one row of what changed, by whom, and one entry of the audit', async () => {
    const made = await store.create(service, { name: 's', host: 'a.test' })
    world.pass(1000)
    await store.patch(service, 's', { port: 81 })
    await store.remove(service, 's')
    const rows = await changes()
    expect(
      rows.map(({ action, kind, entity_id, actor }) => [action, kind, entity_id, actor]),
    ).toEqual(['create', 'update', 'delete'].map((action) => [action, 'services', made.id, 'Ada']))
    expect(
      rows.map(({ before, after }) => [
        before && JSON.parse(before).port,
        after && JSON.parse(after).port,
      ]),
    ).toEqual([
      [null, 80],
      [80, 81],
      [81, null],
    ])
    expect((await audited()).slice(1)).toEqual([
      'service.created',
      'service.updated',
      'service.deleted',
    ])
  })

  it('that fails leaves nothing: no row, no change, no entry', async () => {
    await store.create(service, { name: 's', host: 'a.test' })
    const before = [(await changes()).length, (await audited()).length]
    await expect(store.create(service, { name: 's', host: 'b.test' })).rejects.toMatchObject({
      code: 'unique_violation',
    })
    await expect(store.create(service, { name: 't' })).rejects.toMatchObject({ code: 'invalid' })
    expect([(await changes()).length, (await audited()).length]).toEqual(before)
    expect(await rowsOf('services', world.group.id)).toBe(1)
  })

  it('of many at once lets one have the name', async () => {
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map((n) => store.create(service, { name: 'same', host: `${n}.test` })),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await rowsOf('services', world.group.id)).toBe(1)
  })

  it('takes what hangs on an entity along, in one batch and in an order that holds', async () => {
    await store.create(consumer, { username: 'bob' })
    await store.create(credential, { key: 'k', consumer: { username: 'bob' } })
    const count = (await changes()).length
    expect(await store.remove(consumer, 'bob')).toBe(true)
    expect((await changes()).slice(count).map(({ kind, action }) => [kind, action])).toEqual([
      ['keyauth_credentials', 'delete'],
      ['consumers', 'delete'],
    ])
    expect(await store.remove(consumer, 'bob')).toBe(false)
  })
})

describe('groups', () => {
  it('may hold the same ids and names, and never point into each other', async () => {
    const other = world.context.store((await world.newGroup('other')).id)
    const id = crypto.randomUUID()
    const here = await store.create(service, { id, name: 's', host: 'here.test' })
    const there = await other.create(service, { id, name: 's', host: 'there.test' })
    expect([here.host, there.host]).toEqual(['here.test', 'there.test'])
    await other.remove(service, id)
    expect((await store.find(service, id))?.host).toBe('here.test')
    await expect(
      other.create(kind('route'), { paths: ['/'], service: { id } }),
    ).rejects.toMatchObject({ code: 'foreign_key_violation' })
  })
})

describe('secrets', () => {
  it('are nowhere in the database in clear', async () => {
    await store.create(consumer, { username: 'bob' })
    await store.create(credential, { key: 'open-sesame', consumer: { username: 'bob' } })
    await store.patch(credential, 'open-sesame', { tags: ['t'] })
    await store.create(kind('certificate'), { cert: EC_CERT, key: EC_KEY })
    const tables = await env.DB.prepare(
      "select name from sqlite_master where type = 'table' and name not like '\\_cf%' escape '\\' and name not like 'sqlite%'",
    ).all<{ name: string }>()
    expect(tables.results.length).toBeGreaterThan(15)
    for (const { name } of tables.results) {
      const { results } = await env.DB.prepare(`select * from "${name}"`).all()
      const text = JSON.stringify(results)
      expect([name, text.includes('open-sesame'), text.includes('MIIE')]).toEqual([
        name,
        false,
        false,
      ])
    }
  })

  it('are found by their value and come back in clear', async () => {
    await store.create(consumer, { username: 'bob' })
    const made = await store.create(credential, { key: 'k', consumer: { username: 'bob' } })
    expect(await store.find(credential, 'k')).toEqual(made)
    expect(made.key).toBe('k')
  })
})

const rows = (entities: Record<string, Record<string, unknown>[]>) =>
  new Map(Object.entries(entities))

const declared = (n: number, more: Record<string, unknown> = {}) => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  created_at: 1,
  updated_at: 1,
  ...more,
})

const aService = (n: number, more: Record<string, unknown> = {}) => {
  const parsed = service.parse({ name: `s${n}`, host: 'a.test' })
  return declared(n, { ...(parsed.ok ? parsed.row : {}), ...declared(n), ...more })
}

describe('replacing everything', () => {
  it('makes, changes and takes away what differs, and touches nothing else', async () => {
    await store.replaceAll(rows({ services: [aService(1), aService(2), aService(3)] }))
    const before = await store.find(service, 's1')
    const count = (await changes()).length
    world.pass(10_000)
    const replaced = await store.replaceAll(
      rows({ services: [aService(1), aService(2, { port: 81 }), aService(4)] }),
    )
    expect(replaced).toEqual({ created: 1, updated: 1, deleted: 1, unchanged: 1 })
    expect(await store.find(service, 's1')).toEqual(before)
    expect((await store.find(service, 's2'))?.port).toBe(81)
    expect((await store.list(service)).data.map(({ name }) => name)).toEqual(['s1', 's2', 's4'])
    expect(
      (await changes())
        .slice(count)
        .map(({ action }) => action)
        .sort(),
    ).toEqual(['create', 'delete', 'update'])
  })

  it('by the same writes nothing at all', async () => {
    const all = rows({
      services: [aService(1, { tags: ['a'] })],
      consumers: [declared(2, { username: 'bob', custom_id: null, tags: null })],
      keyauth_credentials: [
        declared(3, { key: 'k', consumer: { id: declared(2).id }, tags: null }),
      ],
    })
    await store.replaceAll(all)
    const counts = [(await changes()).length, (await audited()).length]
    world.pass(60_000)
    expect(await store.replaceAll(all)).toEqual({
      created: 0,
      updated: 0,
      deleted: 0,
      unchanged: 3,
    })
    expect([(await changes()).length, (await audited()).length]).toEqual(counts)
  })

  it('lets two swap what only one may have', async () => {
    await store.replaceAll(
      rows({ services: [aService(1, { name: 'a' }), aService(2, { name: 'b' })] }),
    )
    await store.replaceAll(
      rows({ services: [aService(1, { name: 'b' }), aService(2, { name: 'a' })] }),
    )
    expect((await store.find(service, 'a'))?.id).toBe(declared(2).id)
  })

  it('that cannot be done changes nothing', async () => {
    await store.replaceAll(rows({ services: [aService(1)] }))
    const count = (await changes()).length
    await expect(
      store.replaceAll(
        rows({ services: [aService(2, { name: 'x' }), aService(3, { name: 'x' })] }),
      ),
    ).rejects.toMatchObject({ code: 'unique_violation' })
    await expect(
      store.replaceAll(
        rows({
          snis: [declared(9, { name: 'a.test', certificate: { id: declared(8).id }, tags: null })],
        }),
      ),
    ).rejects.toMatchObject({ code: 'foreign_key_violation' })
    expect((await store.list(service)).data.map(({ name }) => name)).toEqual(['s1'])
    expect(await changes()).toHaveLength(count)
  })

  it('starts over when somebody changes the configuration under it', async () => {
    await store.replaceAll(rows({ services: [aService(1)] }))
    const slow = world.as('owner')
    const read = slow.db.batch.bind(slow.db)
    let reads = 0
    const meddle: typeof read = async (statements) => {
      const answer = await read(statements)
      if (reads++ === 0) await store.create(service, { name: 'late', host: 'late.test' })
      return answer
    }
    Object.assign(slow.db, { batch: meddle })
    await slow.store(world.group.id).replaceAll(rows({ services: [aService(2)] }))
    expect((await store.list(service)).data.map(({ name }) => name)).toEqual(['s2'])
    expect(reads).toBeGreaterThan(2)
  })

  it('gives a name to a new entity while the one that had it goes, and moves what pointed at it', async () => {
    const route = kind('route')
    const parsed = route.parse({ name: 'r', paths: ['/'] })
    const reference = (n: number) => ({
      ...(parsed.ok ? parsed.row : {}),
      ...declared(50),
      service: { id: declared(n).id },
    })
    await store.replaceAll(
      rows({ services: [aService(1, { name: 'same' })], routes: [reference(1)] }),
    )
    await store.replaceAll(
      rows({ services: [aService(2, { name: 'same' })], routes: [reference(2)] }),
    )
    expect((await store.find(service, 'same'))?.id).toBe(declared(2).id)
    expect((await store.find(route, 'r'))?.service).toEqual({ id: declared(2).id })
  })

  it('takes 10,000 entities in one go, and finds one change among them', async () => {
    const size = 10_000
    const many = (port: number) =>
      rows({
        services: Array.from({ length: size / 2 }, (_, n) =>
          aService(n, { tags: ['bulk'], port: n === 7 ? port : 80 }),
        ),
        consumers: Array.from({ length: size / 4 }, (_, n) =>
          declared(n, { username: `user ${n} ${'x'.repeat(40)}`, custom_id: null, tags: null }),
        ),
        keyauth_credentials: Array.from({ length: size / 4 }, (_, n) =>
          declared(n, { key: `key-${n}`, consumer: { id: declared(n).id }, tags: null }),
        ),
      })
    expect(await store.replaceAll(many(80))).toMatchObject({ created: size })
    expect(await store.replaceAll(many(81))).toEqual({
      created: 0,
      updated: 1,
      deleted: 0,
      unchanged: size - 1,
    })
    expect(await rowsOf('keyauth_credentials', world.group.id)).toBe(size / 4)
    expect((await store.find(credential, 'key-2499'))?.consumer).toEqual({ id: declared(2499).id })
    const { entities, counts, sequence } = await snapshotOf(world.context.db, env, world.group.id)
    expect(entities).toHaveLength(size)
    expect(counts).toEqual({ services: 5000, consumers: 2500, keyauth_credentials: 2500 })
    expect(sequence).toBeGreaterThan(size)
    expect(await store.replaceAll(new Map())).toMatchObject({ deleted: size })
  }, 120_000)
})

describe('the snapshot', () => {
  const read = () => snapshotOf(world.context.db, env, world.group.id)
  const rootNow = async () => rootOf(hashBuckets(hashAll((await read()).entities)))

  it('has digests of what is compared, sealed text of what is used, and no nulls', async () => {
    await store.create(consumer, { username: 'bob' })
    const key = await store.create(credential, { key: 'k', consumer: { username: 'bob' } })
    const pair = await store.create(kind('certificate'), {
      cert: EC_CERT,
      key: EC_KEY,
      snis: ['a.test'],
    })
    const { entities, counts } = await read()
    expect(counts).toEqual({ certificates: 1, snis: 1, consumers: 1, keyauth_credentials: 1 })
    const of = (plural: string) => entities.find(({ kind }) => kind === plural)?.entity
    expect(of('keyauth_credentials')).toEqual({
      id: key.id,
      created_at: key.created_at,
      consumer: key.consumer,
      key: digest('k'),
    })
    const certificate = of('certificates')
    expect(Object.keys(certificate ?? {}).sort()).toEqual(['cert', 'created_at', 'id', 'key'])
    const row = await env.DB.prepare('select sealing_key from runtime_groups where id = ?')
      .bind(world.group.id)
      .first<{ sealing_key: string }>()
    const seal = await sealer(await sealingKeyOf(env, row ?? { sealing_key: '' }))
    expect(await seal.open(String(certificate?.key))).toBe(EC_KEY)
    expect(pair.key).toBe(EC_KEY)
  })

  it('has the same root for the same content, whenever it was written', async () => {
    await store.upsert(service, 's', { host: 'a.test' })
    const first = await rootNow()
    world.pass(60_000)
    await store.upsert(service, 's', { host: 'a.test' })
    expect(await rootNow()).toBe(first)
    await store.upsert(service, 's', { host: 'b.test' })
    expect(await rootNow()).not.toBe(first)
  })

  it('tells the last change that is in it', async () => {
    expect((await read()).sequence).toBe(0)
    await store.create(service, { name: 's', host: 'a.test' })
    expect((await read()).sequence).toBe((await changes()).at(-1)?.sequence)
  })
})
