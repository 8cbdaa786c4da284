import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { decrypt } from '#workers/api/keys'
import { batch } from '#workers/db/database'
import { runtimeGroups, signingKeys } from '../../../workers/modules/runtime-groups/model.ts'
import { sealingKeyOf } from '../../../workers/modules/runtime-groups/sealing.ts'
import { rotation, signingKeysOf } from '../../../workers/modules/runtime-groups/signing.ts'
import { env, newGroup, newRuntime, newWorld } from './world.ts'

/** Everything that D1 holds, as text. */
const dump = async (): Promise<string> => {
  const { results } = await env.DB.prepare(
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '_cf_%'",
  ).all<{ name: string }>()
  const tables = await Promise.all(
    results.map(({ name }) => env.DB.prepare(`select * from "${name}"`).all()),
  )
  return JSON.stringify(tables.map((table) => table.results))
}

describe('signing keys', () => {
  it('are made once, however many ask first', async () => {
    const { db, now, actor } = await newWorld()
    const all = await Promise.all(
      Array.from({ length: 5 }, () => signingKeysOf(env, db, actor.organization_id, now())),
    )
    expect(new Set(all.map(({ current }) => current.kid)).size).toBe(1)
    expect(
      await db.$count(signingKeys, eq(signingKeys.organization_id, actor.organization_id)),
    ).toBe(2)
  })

  it('show their public halves only', async () => {
    const { db, now, actor } = await newWorld()
    const { keys, current } = await signingKeysOf(env, db, actor.organization_id, now())
    expect(current.d).toBeDefined()
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['crv', 'kid', 'kty', 'use', 'x'])
      expect(key).toMatchObject({ kty: 'OKP', crv: 'Ed25519' })
    }
  })

  it('follow each other: the next one signs, and a new one waits', async () => {
    const world = await newWorld()
    const { db, now, actor } = world
    const before = await signingKeysOf(env, db, actor.organization_id, now())
    await batch(db, await rotation(env, db, actor.organization_id, now()))
    const after = await signingKeysOf(env, db, actor.organization_id, now())
    expect(after.current.kid).toBe(before.keys[1]?.kid)
    expect(after.keys[1]?.kid).not.toBe(before.current.kid)
  })
})

describe('no secret', () => {
  it('stands in clear in the database', async () => {
    const world = await newWorld()
    const { db, now, actor } = world
    const group = await newGroup(world)
    const runtime = await newRuntime(world, group)
    const { current } = await signingKeysOf(env, db, actor.organization_id, now())
    const sealing = await sealingKeyOf(env, group)
    expect(runtime.registration.group_key).toBe(sealing)

    const held = await dump()
    expect(held).toContain(group.id)
    const secrets = [
      current.d ?? '',
      sealing,
      runtime.registration.token,
      runtime.registration.token.split('_')[2] ?? '',
      runtime.registrationToken,
      runtime.registrationToken.split('_').slice(2).join('_'),
    ]
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20)
      expect(held).not.toContain(secret)
    }
  })

  it('opens under another label', async () => {
    const { db } = await newWorld()
    const [group] = await db.select().from(runtimeGroups).limit(1)
    await expect(decrypt(env, 'signing-key', group?.sealing_key ?? '')).rejects.toThrow()
  })
})
