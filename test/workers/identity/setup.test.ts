import { describe, expect, it } from 'vitest'
import { env, newWorld, OWNER, SETUP_TOKEN, setUpWorld } from './world.ts'

const setUp = { token: SETUP_TOKEN, body: OWNER }

describe('set-up', () => {
  it('makes organization, owner, licence, group and a token that works', async () => {
    const world = await newWorld()
    const answer = await world.call('POST', '/v2/setup', setUp)
    expect(answer.status).toBe(201)
    const made = await answer.json<{ token: string; group: { id: string } }>()
    expect(made).toEqual({
      organization: { id: expect.any(String), name: 'Lovelace' },
      user: { id: expect.any(String), name: 'Ada', email: 'ada@lovelace.test', role: 'owner' },
      group: { id: expect.any(String), name: 'default' },
      token: expect.stringMatching(/^tg_[\w-]{43}$/),
    })
    const { token } = made
    expect((await world.call('GET', '/v2/licence', { token })).status).toBe(200)
    const group = await world.call('GET', '/v2/runtime-groups/default', { token })
    expect(await group.json()).toMatchObject({ id: made.group.id })
  })

  it('is written into the audit log', async () => {
    await setUpWorld()
    const { results } = await env.DB.prepare('select action, actor_name from audit_entries').all()
    expect(results.map(({ action }) => action).sort()).toEqual([
      'group.created',
      'licence.issued',
      'organization.created',
      'token.created',
    ])
    expect(new Set(results.map(({ actor_name }) => actor_name))).toEqual(new Set(['Ada']))
  })

  it('is done once', async () => {
    const world = await setUpWorld()
    const again = await world.call('POST', '/v2/setup', setUp)
    expect(again.status).toBe(409)
    expect(await env.DB.prepare('select count(*) as n from users').first('n')).toBe(1)
  })

  it('is done once by many at once', async () => {
    const world = await newWorld()
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => world.call('POST', '/v2/setup', setUp)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409])
    for (const table of ['organizations', 'users', 'accounts', 'tokens', 'runtime_groups']) {
      expect(await env.DB.prepare(`select count(*) as n from ${table}`).first('n')).toBe(1)
    }
  })

  it('can be done again when the group could not be made', async () => {
    const world = await newWorld()
    const broken = {
      ...env,
      GROUPS: {
        ...env.GROUPS,
        idFromName: () => {
          throw new Error('no objects today')
        },
      },
    } as unknown as typeof env
    expect((await world.call('POST', '/v2/setup', { ...setUp, env: broken })).status).toBe(500)
    expect((await world.call('POST', '/v2/setup', setUp)).status).toBe(201)
  })

  it.each([
    ['another token', 'not-the-setup-token'],
    ['no token', undefined],
    ['an empty token', ''],
  ])('refuses %s', async (_, token) => {
    const world = await newWorld()
    const answer = await world.call('POST', '/v2/setup', {
      body: OWNER,
      ...(token === undefined ? {} : { token }),
    })
    expect(answer.status).toBe(401)
    expect(await env.DB.prepare('select count(*) as n from organizations').first('n')).toBe(0)
  })

  it('refuses everybody when no setup token is bound', async () => {
    const world = await newWorld()
    const { TIDEGATE_SETUP_TOKEN: _, ...unbound } = env
    for (const token of ['', SETUP_TOKEN, 'undefined']) {
      const answer = await world.call('POST', '/v2/setup', { body: OWNER, token, env: unbound })
      expect(answer.status).toBe(401)
    }
  })

  it('names every field that is wrong', async () => {
    const world = await newWorld()
    const body = { organization: ' ', name: 'Ada', email: 'ada', password: 'short', role: 'owner' }
    const answer = await world.call('POST', '/v2/setup', { token: SETUP_TOKEN, body })
    expect(answer.status).toBe(400)
    const { fields } = await answer.json<{ fields: object }>()
    expect(Object.keys(fields).sort()).toEqual(['email', 'organization', 'password', 'role'])
  })
})
