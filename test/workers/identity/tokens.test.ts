import { beforeAll, describe, expect, it } from 'vitest'
import {
  addPerson,
  cookieOf,
  env,
  OWNER,
  type OwnedWorld,
  setUpWorld,
  signIn,
  type World,
} from './world.ts'

let world: OwnedWorld
beforeAll(async () => {
  world = await setUpWorld()
})

interface Made {
  id: string
  name: string
  token: string
  expires_at: string | null
  last_used_at: string | null
}

const make = async (world: World, token: string, body: object): Promise<Made> => {
  const answer = await world.call('POST', '/v2/tokens', { token, body })
  expect(answer.status).toBe(201)
  return answer.json<Made>()
}

const list = async (world: World, token: string, query = '') => {
  const answer = await world.call('GET', `/v2/tokens${query}`, { token })
  expect(answer.status).toBe(200)
  return answer.json<{ data: Made[]; next: string | null }>()
}

const statusOf = async (world: World, token: string) =>
  (await world.call('GET', '/v2/session', { token })).status

describe('a token', () => {
  it('is shown once and kept nowhere', async () => {
    const { token, ...rest } = await make(world, world.token, { name: 'ci' })
    expect(token).toMatch(/^tg_[\w-]{43}$/)
    expect(rest).toMatchObject({ name: 'ci', role: 'owner', user: { name: 'Ada' } })
    expect(JSON.stringify(await list(world, world.token))).not.toContain(token.slice(3))
    const rows = await env.DB.prepare('select * from tokens').all()
    const audit = await env.DB.prepare('select * from audit_entries').all()
    expect(JSON.stringify([rows, audit])).not.toContain(token.slice(3))
  })

  it('is taken from Authorization and from Kong-Admin-Token', async () => {
    expect(await statusOf(world, world.token)).toBe(200)
    const headers = { 'kong-admin-token': world.token }
    expect((await world.call('GET', '/v2/session', { headers })).status).toBe(200)
    const lower = { authorization: `bearer ${world.token}` }
    expect((await world.call('GET', '/v2/session', { headers: lower })).status).toBe(200)
  })

  it.each(['tg_', 'tg_AAAA', 'x', `tg_${'A'.repeat(43)}`])('refuses %s', async (token) => {
    expect(await statusOf(world, token)).toBe(401)
  })

  it('that is no good is nobody, whatever cookie comes with it', async () => {
    const { email, password } = OWNER
    const cookie = cookieOf(await signIn(world, { email, password }))
    const answer = await world.call('GET', '/v2/session', { cookie, token: 'tg_wrong' })
    expect(answer.status).toBe(401)
    const basic = { authorization: 'Basic YTpi' }
    expect((await world.call('GET', '/v2/session', { cookie, headers: basic })).status).toBe(401)
  })

  it('ends when it expires', async () => {
    const expires_at = new Date(world.now() + 60_000).toISOString()
    const { token } = await make(world, world.token, { name: 'short', expires_at })
    expect(await statusOf(world, token)).toBe(200)
    world.pass(60_000)
    expect(await statusOf(world, token)).toBe(401)
  })

  it('ends when it is revoked', async () => {
    const { id, token } = await make(world, world.token, { name: 'gone' })
    expect((await world.call('DELETE', `/v2/tokens/${id}`, { token })).status).toBe(204)
    expect(await statusOf(world, token)).toBe(401)
    const again = await world.call('DELETE', `/v2/tokens/${id}`, { token: world.token })
    expect(again.status).toBe(404)
  })

  it('tells when it was used last, to a minute', async () => {
    const { id, token } = await make(world, world.token, { name: 'used' })
    const lastUse = async () =>
      (await list(world, world.token)).data.find((row) => row.id === id)?.last_used_at ?? null
    expect(await lastUse()).toBeNull()
    const first = new Date(world.now()).toISOString()
    await statusOf(world, token)
    expect(await lastUse()).toBe(first)
    world.pass(59_000)
    await statusOf(world, token)
    expect(await lastUse()).toBe(first)
    world.pass(2_000)
    await statusOf(world, token)
    expect(await lastUse()).toBe(new Date(world.now()).toISOString())
  })

  it('refuses a time that has passed, and says which field', async () => {
    const expires_at = new Date(world.now() - 1).toISOString()
    const body = { name: 'late', expires_at }
    const answer = await world.call('POST', '/v2/tokens', { token: world.token, body })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ fields: { expires_at: 'must be in the future' } })
  })

  it('made with a token ends no later than that one', async () => {
    const expires_at = new Date(world.now() + 60_000).toISOString()
    const { token } = await make(world, world.token, { name: 'parent', expires_at })
    expect((await make(world, token, { name: 'child' })).expires_at).toBe(expires_at)
    const later = new Date(world.now() + 120_000).toISOString()
    const child = await make(world, token, { name: 'later', expires_at: later })
    expect(child.expires_at).toBe(expires_at)
  })
})

describe('tokens and roles', () => {
  it('gives a token no more than its own role', async () => {
    const { token } = await make(world, world.token, { name: 'look', role: 'viewer' })
    expect((await world.call('GET', '/v2/runtime-groups', { token })).status).toBe(200)
    const body = { name: 'eu' }
    expect((await world.call('POST', '/v2/runtime-groups', { token, body })).status).toBe(403)
  })

  it('lets nobody make a token of a higher role', async () => {
    const viewer = await addPerson(world, 'Byron', 'viewer')
    const body = { name: 'more', role: 'admin' }
    const answer = await world.call('POST', '/v2/tokens', { token: viewer.token, body })
    expect(answer.status).toBe(403)
  })

  it('takes rights from the tokens of a person who loses them', async () => {
    const admin = await addPerson(world, 'Mary', 'admin')
    await env.DB.prepare("update users set role = 'viewer' where id = ?").bind(admin.id).run()
    const body = { name: 'eu' }
    const answer = await world.call('POST', '/v2/runtime-groups', { token: admin.token, body })
    expect(answer.status).toBe(403)
  })

  it('shows owners all tokens, and others their own', async () => {
    const viewer = await addPerson(world, 'Babbage', 'viewer')
    const names = async (token: string) =>
      (await list(world, token)).data.map(({ name }) => name).sort()
    expect(await names(world.token)).toEqual(expect.arrayContaining(["Babbage's", 'first token']))
    expect(await names(viewer.token)).toEqual(["Babbage's"])
    const first = (await list(world, world.token)).data.find(({ name }) => name === 'first token')
    const answer = await world.call('DELETE', `/v2/tokens/${first?.id}`, { token: viewer.token })
    expect(answer.status).toBe(404)
    expect(await statusOf(world, world.token)).toBe(200)
  })

  it('tells who a token acts for, with the role it has', async () => {
    const { token } = await make(world, world.token, { name: 'look', role: 'viewer' })
    const answer = await world.call('GET', '/v2/session', { token })
    expect(await answer.json()).toMatchObject({ user: { name: 'Ada', role: 'viewer' } })
  })
})

describe('the list of tokens', () => {
  it('comes in pages, newest first', async () => {
    const { token } = await addPerson(world, 'Menabrea', 'admin')
    for (const name of ['a', 'b', 'c', 'd']) {
      world.pass(1_000)
      await make(world, token, { name })
    }
    const names: string[] = []
    let next: string | null = '/v2/tokens?size=2'
    while (next !== null) {
      const page: Awaited<ReturnType<typeof list>> = await list(
        world,
        token,
        next.slice('/v2/tokens'.length),
      )
      expect(page.data.length).toBeLessThanOrEqual(2)
      names.push(...page.data.map(({ name }) => name))
      next = page.next
    }
    expect(names).toEqual(['d', 'c', 'b', 'a', "Menabrea's"])
  })

  it.each(['size=0', 'size=1001', 'offset=x'])('refuses %s', async (query) => {
    const answer = await world.call('GET', `/v2/tokens?${query}`, { token: world.token })
    expect(answer.status).toBe(400)
  })
})

describe('without anybody', () => {
  it.each([
    ['GET', '/v2/session'],
    ['GET', '/v2/tokens'],
    ['POST', '/v2/tokens'],
    ['DELETE', '/v2/tokens/00000000-0000-4000-8000-000000000000'],
  ])('%s %s is refused', async (method, path) => {
    expect((await world.call(method, path)).status).toBe(401)
  })
})
