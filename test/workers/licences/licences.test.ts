import { describe, expect, it } from 'vitest'
import { issueLicence, licenceOf } from '#modules/licences'
import { newWorld } from '../runtime-groups/world.ts'

describe('a licence', () => {
  it('says the plan, what it allows, and whether it ended', async () => {
    const expires_at = new Date(Date.now() + 60_000).toISOString()
    const world = await newWorld({ plan: 'team', entitlements: { runtimes: 5 }, expires_at })
    const read = async () => (await world.call('GET', '/v2/licence', { token: 'viewer' })).json()
    expect(await read()).toEqual({
      id: expect.any(String),
      plan: 'team',
      entitlements: { runtime_groups: null, runtimes: 5 },
      issued_at: expect.any(String),
      expires_at,
      expired: false,
    })
    world.pass(61_000)
    expect(await read()).toMatchObject({ expired: true })
  })

  it('takes the place of the one before', async () => {
    const world = await newWorld({ plan: 'team' })
    const issued = await issueLicence(world, { plan: 'large' })
    expect(await licenceOf(world.db, world.actor.organization_id)).toEqual(issued)
  })

  it('is not shown to nobody', async () => {
    const world = await newWorld()
    expect((await world.call('GET', '/v2/licence', { token: '' })).status).toBe(401)
  })
})
