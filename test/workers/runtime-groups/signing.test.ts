import { eq } from 'drizzle-orm'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import { verifyManifest } from '#engine/manifest'
import type { ConfigAnswer } from '#engine/protocol'
import { decrypt } from '#workers/api/keys'
import { signingKeys } from '../../../workers/modules/runtime-groups/model.ts'
import { sealingKeyOf } from '../../../workers/modules/runtime-groups/sealing.ts'
import { signingKeysOf } from '../../../workers/modules/runtime-groups/signing.ts'
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

/** A token is a prefix, the id of its row, and this. */
const secretOf = (token: string): string => token.slice('tgn_'.length + 33)

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

  it('follow each other, and a runtime goes along', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const { config, registration } = await newRuntime(world, group)
    const issued = new Date(Date.now() - 3_600_000).toISOString()
    await config(0)
    const [current, next] = registration.keys

    expect((await world.call('POST', '/v2/signing-keys/rotate', { token: 'admin' })).status).toBe(
      403,
    )
    const rotated = await world.call('POST', '/v2/signing-keys/rotate')
    expect(rotated.status).toBe(200)
    const { data } = await rotated.json<{ data: { kid: string; state: string }[] }>()
    const kids = Object.fromEntries(data.map(({ kid, state }) => [state, kid]))
    expect(kids).toMatchObject({ retired: current?.kid, current: next?.kid })
    expect(JSON.stringify(data)).not.toContain('"d"')

    const { manifest: jws } = await (await config(1, 0, issued)).json<ConfigAnswer>()
    expect(decodeProtectedHeader(jws).kid).toBe(next?.kid)
    const trust = {
      organization: registration.organization.id,
      group: group.id,
      keys: registration.keys,
      version: 1,
      grace: 0,
    }
    const manifest = await verifyManifest(jws, trust, Date.now())
    expect(manifest.keys.map(({ kid }) => kid)).toEqual([kids.current, kids.next])
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
      secretOf(runtime.registration.token),
      runtime.registrationToken,
      secretOf(runtime.registrationToken),
    ]
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20)
      expect(held).not.toContain(secret)
    }
  })

  it('opens under another label', async () => {
    const group = await newGroup(await newWorld())
    expect(await sealingKeyOf(env, group)).toHaveLength(43)
    await expect(decrypt(env, 'signing-key', group.sealing_key)).rejects.toThrow()
  })
})
