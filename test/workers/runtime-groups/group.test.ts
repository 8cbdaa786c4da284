import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { describe, expect, it, vi } from 'vitest'
import { verifyManifest } from '#engine/manifest'
import type { ConfigAnswer } from '#engine/protocol'
import { hashAll, hashBuckets, nameOf, rootOf } from '#engine/snapshot'
import { contextOf } from '#workers/api/context'
import { configChanges } from '#workers/db/changes'
import {
  consumers,
  env,
  newGroup,
  newRuntime,
  newWorld,
  plugins,
  services,
  type World,
} from './world.ts'

const service = (name: string) => ({ name, host: `${name}.test` })

const stateOf = async (group: Awaited<ReturnType<typeof newGroup>>) => {
  const { latest, error } = await group.object.summary()
  return { latest, error }
}

/** The same world, whose calls of the group get lost. */
const forgetful = (world: World) =>
  contextOf({
    env: {
      ...env,
      GROUPS: {
        idFromName: (name: string) => env.GROUPS.idFromName(name),
        get: () => ({ changed: async () => ({ lost: true }) }),
      } as unknown as typeof env.GROUPS,
    },
    actor: world.actor,
    now: world.now,
    waitUntil: () => {},
  })

describe('versions of a group', () => {
  it('begin with an empty one, as soon as the group is there', async () => {
    const group = await newGroup(await newWorld())
    const { latest, error } = await stateOf(group)
    expect(latest).toMatchObject({ version: 1, previous: null, counts: {}, sequence: 0 })
    expect(error).toBeNull()
  })

  it('follow each other, each naming the one before', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const store = world.store(group.id)
    const first = (await stateOf(group)).latest
    await store.create(services, service('one'))
    await world.settle()
    const second = (await stateOf(group)).latest
    await store.create(services, service('two'))
    await world.settle()
    const third = (await stateOf(group)).latest

    expect([first?.version, second?.version, third?.version]).toEqual([1, 2, 3])
    expect(second?.previous).toBe(first?.root)
    expect(third?.previous).toBe(second?.root)
    expect(third).toMatchObject({ counts: { services: 2 }, actors: ['Ada'] })
    expect(third?.sequence).toBeGreaterThan(second?.sequence ?? 0)
  })

  it('are few when changes come in a burst, and the last one has all of them', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const store = world.store(group.id)
    // One after the other: without the pause between publishes, nearly each would get its own version.
    for (let at = 0; at < 100; at++) await store.create(services, service(`s${at}`))
    await world.settle()

    const { latest } = await stateOf(group)
    expect(latest?.counts).toEqual({ services: 100 })
    const times = (await group.object.versions(1000, 1000)).map(({ created_at }) =>
      Date.parse(created_at),
    )
    expect(times.length).toBeLessThan(50)
    for (const [at, time] of times.slice(1).entries()) {
      expect((times[at] ?? 0) - time).toBeGreaterThanOrEqual(195)
    }
  })

  it('come all the same when the call that tells of a change is lost', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const runtime = await newRuntime(world, group)
    await runtime.config(0)
    await runDurableObjectAlarm(group.object)
    await forgetful(world).store(group.id).create(services, service('quiet'))
    expect((await stateOf(group)).latest?.version).toBe(1)

    expect(await runDurableObjectAlarm(group.object)).toBe(true)
    expect((await stateOf(group)).latest).toMatchObject({ version: 2, counts: { services: 1 } })
    // It goes on looking for as long as it has runtimes.
    expect(await runDurableObjectAlarm(group.object)).toBe(true)
  })

  it('do not come of changes that leave the content as it was', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const before = (await stateOf(group)).latest
    const [change] = await world.db
      .insert(configChanges)
      .values({
        group_id: group.id,
        actor: 'Ada',
        kind: 'services',
        entity_id: crypto.randomUUID(),
        action: 'update',
        at: new Date().toISOString(),
      })
      .returning()

    expect(await group.object.changed()).toMatchObject({ ok: true, version: 1, root: before?.root })
    const { latest } = await stateOf(group)
    expect(latest).toMatchObject({ version: 1, root: before?.root, sequence: change?.sequence })
  })

  it('outlive the object in memory', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    await world.store(group.id).create(services, service('one'))
    await world.settle()
    await evictDurableObject(group.object)
    await world.store(group.id).create(services, service('two'))
    await world.settle()
    expect((await stateOf(group)).latest).toMatchObject({ version: 3, counts: { services: 2 } })
  })
})

describe('a manifest', () => {
  it('verifies with the keys of the registration, and names the root of the content', async () => {
    const world = await newWorld({ plan: 'team', expires_at: '2031-01-01T00:00:00.000Z' })
    const group = await newGroup(world)
    const { registration, config, snapshot } = await newRuntime(world, group)
    await world.store(group.id).create(services, service('one'))
    await world.settle()

    const answer = await (await config(0)).json<ConfigAnswer>()
    const trust = {
      organization: registration.organization.id,
      group: registration.group.id,
      keys: registration.keys,
      version: 0,
      grace: 0,
    }
    const manifest = await verifyManifest(answer.manifest, trust, Date.now())
    expect(manifest).toMatchObject({
      v: 1,
      version: 2,
      licence: { plan: 'team', expires_at: '2031-01-01T00:00:00.000Z' },
      counts: { services: 1 },
    })
    expect(manifest.keys).toEqual(registration.keys)
    expect(manifest.keys).toHaveLength(2)
    const days = (Date.parse(manifest.expires_at) - Date.parse(manifest.issued_at)) / 86_400_000
    expect(days).toBe(30)

    const { entities, base } = await snapshot(manifest.root)
    expect(base).toBeNull()
    expect(rootOf(hashBuckets(hashAll(entities)))).toBe(manifest.root)
    await expect(
      verifyManifest(answer.manifest, { ...trust, group: crypto.randomUUID() }, Date.now()),
    ).rejects.toThrow('another group')
  })

  it('is signed anew before it ends, and runtimes get it', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const { config, registration } = await newRuntime(world, group)
    const first = await (await config(0)).json<ConfigAnswer>()
    expect((await config(1)).status).toBe(204)
    const soon = new Date(Date.now() + 86_400_000).toISOString()
    await runInDurableObject(group.object, (_, { storage }) => {
      storage.sql.exec(
        "update versions set expires_at = ?, issued_at = '2026-01-01T00:00:00Z'",
        soon,
      )
    })

    const before = '2026-01-01T00:00:00.000Z'
    const again = await (await config(1, 0, before)).json<ConfigAnswer>()
    expect(again.version).toBe(1)
    const trust = {
      organization: world.actor.organization_id,
      group: group.id,
      keys: registration.keys,
      version: 1,
      grace: 0,
    }
    const manifest = await verifyManifest(again.manifest, trust, Date.now())
    expect(Date.parse(manifest.expires_at)).toBeGreaterThan(Date.parse(soon))
    expect(manifest.root).toBe((await verifyManifest(first.manifest, trust, Date.now())).root)
    expect((await config(1, 0, before)).status).toBe(200)
    expect((await config(1, 0, manifest.issued_at)).status).toBe(204)
    expect((await config(1)).status).toBe(204)
  })
})

describe('content', () => {
  it('is the same whole as in steps', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const runtime = await newRuntime(world, group)
    const store = world.store(group.id)
    const roots: string[] = []
    const published = async (change: Promise<unknown>) => {
      await change
      await world.settle()
      roots.push((await stateOf(group)).latest?.root ?? '')
    }
    await published(store.create(services, service('one')))
    await published(store.create(consumers, { username: 'eve' }))
    await published(store.patch(services, 'one', { port: 8443 }))
    await published(store.remove(consumers, 'eve'))
    await published(store.create(services, service('two')))
    expect(new Set(roots).size).toBe(5)

    for (const from of [0, 1, 2, 3]) {
      const base = roots[from] ?? ''
      const delta = await runtime.snapshot(roots[4] ?? '', base)
      expect(delta.base).toBe(base)
      const had = await runtime.snapshot(base)
      const held = new Map(had.entities.map((item) => [nameOf(item), item]))
      for (const name of delta.removed) held.delete(name)
      for (const item of delta.entities) held.set(nameOf(item), item)
      expect(rootOf(hashBuckets(hashAll(held.values())))).toBe(roots[4])
    }
    // One entity changed: one entity is sent.
    expect((await runtime.snapshot(roots[2] ?? '', roots[1])).entities).toHaveLength(1)
  })

  it('is sent whole to a runtime that comes from somewhere unknown', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const runtime = await newRuntime(world, group)
    await world.store(group.id).create(services, service('one'))
    await world.settle()
    const { latest } = await stateOf(group)
    const answer = await runtime.snapshot(latest?.root ?? '', 'f'.repeat(64))
    expect(answer.base).toBeNull()
    expect(answer.entities).toHaveLength(1)
  })

  it('belongs to its group: another one is told that there is none', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    await world.store(group.id).create(services, service('one'))
    await world.settle()
    const stranger = await newRuntime(world, await newGroup(world))
    const answer = await stranger.snapshot((await stateOf(group)).latest?.root ?? '')
    expect(answer).toMatchObject({ status: 404 })
  })
})

describe('publishing', () => {
  it('refuses a plugin that no runtime has, says so, and goes on when it is gone', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const store = world.store(group.id)
    const plugin = await store.create(plugins, { name: 'cors', config: {} })
    await world.settle()
    await env.DB.prepare("update plugins set name = 'sundial' where group_id = ?")
      .bind(group.id)
      .run()

    expect(await group.object.changed()).toMatchObject({ ok: false })
    const { error, latest } = await stateOf(group)
    expect(error?.message).toBe('no runtime has the plugin sundial')
    expect(error?.entities).toEqual([
      { kind: 'plugins', id: plugin.id, message: 'plugin sundial is not known' },
    ])
    expect(latest?.version).toBe(2)

    await store.remove(plugins, plugin.id)
    await world.settle()
    expect((await stateOf(group)).error).toBeNull()
    expect((await stateOf(group)).latest).toMatchObject({ version: 3, counts: {} })
  })

  it('tries again by itself after storage failed', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    await runInDurableObject(group.object, (instance) => {
      vi.spyOn(instance.env.CONTENT, 'put').mockRejectedValueOnce(new Error('storage is away'))
    })
    await world.store(group.id).create(services, service('one'))
    await world.settle()
    // It would try in two seconds: long enough for this machine, but not for every one.
    await runInDurableObject(group.object, (_, { storage }) =>
      storage.setAlarm(Date.now() + 60_000),
    )
    expect((await stateOf(group)).error).toMatchObject({ message: 'storage is away', tries: 1 })

    expect(await runDurableObjectAlarm(group.object)).toBe(true)
    const { error, latest } = await stateOf(group)
    expect(error).toBeNull()
    expect(latest).toMatchObject({ version: 2, counts: { services: 1 } })
  })
})

describe('the object', () => {
  it('answers itty calls of the methods that it lists, and no other', async () => {
    const group = await newGroup(await newWorld())
    const itty = (method: string) => group.object.fetch(`https://itty-durable/do/call/${method}`)
    expect(await (await itty('summary')).json()).toMatchObject({ latest: { version: 1 } })
    for (const method of [
      'remove',
      'destroy',
      'reset',
      'persist',
      'alarm',
      'constructor',
      'fetch',
    ]) {
      expect((await itty(method)).status, method).toBe(404)
    }
    const settings = await group.object.fetch('https://itty-durable/do/get-prop/state')
    expect(settings.status).toBe(404)
    expect((await stateOf(group)).latest?.version).toBe(1)
  })

  it('forgets a group that is no more', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    await env.DB.prepare('delete from runtime_groups where id = ?').bind(group.id).run()
    expect(await group.object.changed()).toMatchObject({ ok: false })
    expect((await stateOf(group)).latest).toBeNull()
    expect(await world.db.$count(configChanges, eq(configChanges.group_id, group.id))).toBe(0)
    expect(await runDurableObjectAlarm(group.object)).toBe(false)
  })
})
