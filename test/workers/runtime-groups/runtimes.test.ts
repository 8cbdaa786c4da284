import { describe, expect, it } from 'vitest'
import type { ConfigAnswer, Registration, StatusReport } from '#engine/protocol'
import { createRegistrationToken } from '#modules/runtime-groups'
import { deleteNode, findNode, listNodes } from '../../../workers/modules/runtime-groups/nodes.ts'
import { revokeRegistrationToken } from '../../../workers/modules/runtime-groups/registration-tokens.ts'
import { listVersions } from '../../../workers/modules/runtime-groups/version-list.ts'
import { newGroup, newRuntime, newWorld, services } from './world.ts'

const report = (about: Partial<StatusReport> = {}): StatusReport => ({
  version: 1,
  root: null,
  applied_at: '2026-11-22T10:00:00.000Z',
  hostname: 'edge-1',
  runtime_version: '0.1.0',
  host: 'node',
  started_at: '2026-11-22T09:00:00.000Z',
  refused: null,
  records_dropped: 0,
  warnings: [],
  ...about,
})

describe('a long poll', () => {
  it('ends when there is a new version', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const { config } = await newRuntime(world, group)
    const waiting = config(1, 20)
    await world.store(group.id).create(services, { name: 'one', host: 'one.test' })
    await world.settle()
    const answer = await waiting
    expect(answer.status).toBe(200)
    expect((await answer.json<ConfigAnswer>()).version).toBe(2)
  })

  it('wakes every runtime that waits', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const { config } = await newRuntime(world, group)
    const waiting = Promise.all(Array.from({ length: 40 }, () => config(1, 20)))
    await world.store(group.id).create(services, { name: 'one', host: 'one.test' })
    await world.settle()
    expect(new Set((await waiting).map(({ status }) => status))).toEqual(new Set([200]))
  })

  it('answers 204 when nothing came', async () => {
    const world = await newWorld()
    const { config } = await newRuntime(world, await newGroup(world))
    const began = Date.now()
    expect((await config(1, 0.15)).status).toBe(204)
    expect(Date.now() - began).toBeGreaterThanOrEqual(150)
    expect((await config(7)).status).toBe(204)
  })

  it('answers at once to a runtime that is behind', async () => {
    const world = await newWorld()
    const { config } = await newRuntime(world, await newGroup(world))
    expect((await (await config(0, 20)).json<ConfigAnswer>()).version).toBe(1)
  })

  it('refuses a wait that is too long', async () => {
    const world = await newWorld()
    const { config } = await newRuntime(world, await newGroup(world))
    expect((await config(1, 26)).status).toBe(400)
  })
})

describe('tokens', () => {
  it('of nobody, of another kind, and cut short are refused everywhere', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const { registration, registrationToken } = await newRuntime(world, group)
    const body = report()
    const ask = (token: string) => [
      world.call('GET', '/runtime/v1/config?version=0', { token }),
      world.call('GET', `/runtime/v1/snapshots/${'0'.repeat(64)}`, { token }),
      world.call('POST', '/runtime/v1/status', { token, body }),
      world.call('POST', '/runtime/v1/records', { token, body: { points: [], dropped: 0 } }),
    ]
    const other = registration.token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    const unknown = `tgn_${'0'.repeat(32)}_${'A'.repeat(43)}`
    for (const token of ['x', other, unknown, registrationToken, registration.token.slice(0, -1)]) {
      const statuses = (await Promise.all(ask(token))).map(({ status }) => status)
      expect(statuses, token).toEqual([401, 401, 401, 401])
    }
    const register = await world.call('POST', '/runtime/v1/register', {
      token: registration.token,
      body: { hostname: 'h', version: '1', host: 'node' },
    })
    expect(register.status).toBe(401)
  })

  it('that registered a runtime may end, and the runtime stays', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const { token, row } = await createRegistrationToken(world, group)
    const body = { hostname: 'edge-1', version: '1', host: 'worker' }
    const answer = await world.call('POST', '/runtime/v1/register', { token, body })
    const { token: own } = await answer.json<Registration>()
    await revokeRegistrationToken(world, group, row.id)
    expect((await world.call('POST', '/runtime/v1/register', { token, body })).status).toBe(401)
    expect((await world.call('GET', '/runtime/v1/config', { token: own })).status).toBe(200)
  })

  it('that are past their end register nobody', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const expires_at = new Date(world.now() - 1000).toISOString()
    const { token } = await createRegistrationToken(world, group, { expires_at })
    const body = { hostname: 'edge-1', version: '1', host: 'worker' }
    const answer = await world.call('POST', '/runtime/v1/register', { token, body })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(expires_at) })
  })

  it('of a runtime end when it registers again, and when it is removed', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const { registration, registrationToken, config } = await newRuntime(world, group)
    const again = await world.call('POST', '/runtime/v1/register', {
      token: registrationToken,
      body: { node_id: registration.node_id, hostname: 'edge-2', version: '2', host: 'node' },
    })
    const second = await again.json<Registration>()
    expect(second.node_id).toBe(registration.node_id)
    expect((await config(0)).status).toBe(401)
    expect(await listNodes(world, group, 10)).toHaveLength(1)

    expect((await world.call('GET', '/runtime/v1/config', { token: second.token })).status).toBe(
      200,
    )
    await deleteNode(world, group, second.node_id)
    expect((await world.call('GET', '/runtime/v1/config', { token: second.token })).status).toBe(
      401,
    )
    expect(await listNodes(world, group, 10)).toEqual([])
  })

  it('let nobody take the place of a runtime of another group', async () => {
    const world = await newWorld()
    const mine = await newRuntime(world, await newGroup(world))
    const other = await newGroup(world)
    const { token } = await createRegistrationToken(world, other)
    const answer = await world.call('POST', '/runtime/v1/register', {
      token,
      body: { node_id: mine.registration.node_id, hostname: 'h', version: '1', host: 'node' },
    })
    expect((await answer.json<Registration>()).node_id).not.toBe(mine.registration.node_id)
    expect((await mine.config(0)).status).toBe(200)
  })
})

describe('a runtime', () => {
  it('is connected for 40 seconds after it was heard of', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const { registration, config } = await newRuntime(world, group)
    const state = async () => (await findNode(world, group, registration.node_id)).state
    expect(await state()).toBe('disconnected')
    await config(0)
    world.pass(40_000)
    expect(await state()).toBe('connected')
    world.pass(1)
    expect(await state()).toBe('disconnected')
  })

  it('at the edge is connected for longer: nothing wakes it but traffic and the minute', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const { registration, status } = await newRuntime(world, group, 'edge', 'worker')
    await status(report({ host: 'worker' }))
    const state = async () => (await findNode(world, group, registration.node_id)).state
    world.pass(90_000)
    expect(await state()).toBe('connected')
    world.pass(1)
    expect(await state()).toBe('disconnected')
  })

  it('is in sync when it runs the content that was published last', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const { registration, status } = await newRuntime(world, group)
    const node = () => findNode(world, group, registration.node_id)
    const root = async () => (await group.object.summary()).latest?.root ?? ''
    expect(await node()).toMatchObject({ in_sync: false, config_version: 0, config_root: null })

    const first = await root()
    expect((await status(report({ version: 1, root: first }))).status).toBe(204)
    expect(await node()).toMatchObject({
      in_sync: true,
      config_version: 1,
      config_root: first,
      applied_at: '2026-11-22T10:00:00.000Z',
    })
    const spread = async () =>
      (await listVersions(world, group, 10)).map((row) => row.nodes_in_sync)
    expect(await spread()).toEqual([1])

    await world.store(group.id).create(services, { name: 'one', host: 'one.test' })
    await world.settle()
    expect(await node()).toMatchObject({ in_sync: false, config_version: 1 })
    await status(report({ version: 2, root: await root() }))
    expect(await node()).toMatchObject({ in_sync: true, config_version: 2 })
    expect(await spread()).toEqual([1, 0])
  })

  it('is shown with what it refused, and what does not act', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const { registration, status } = await newRuntime(world, group)
    const refused = {
      version: 2,
      at: '2026-11-22T10:05:00.000Z',
      reason: 'signature of the manifest does not verify',
      entities: [{ kind: 'routes', id: 'r', message: 'no such service' }],
    }
    const warnings = [{ kind: 'plugins', id: 'p', message: 'needs a TCP socket' }]
    await status(report({ refused, warnings, records_dropped: 7 }))
    const node = await findNode(world, group, registration.node_id)
    expect(node).toMatchObject({ refused, warnings, records_dropped: 7, hostname: 'edge-1' })

    await status(report())
    expect((await findNode(world, group, registration.node_id)).refused).toBeNull()
  })

  it('in great trouble is heard all the same', async () => {
    const world = await newWorld()
    const group = await newGroup(world)
    const { registration, status } = await newRuntime(world, group)
    const warnings = Array.from({ length: 2000 }, (_, at) => ({
      kind: 'routes',
      id: String(at),
      message: 'x'.repeat(5000),
    }))
    expect((await status(report({ warnings }))).status).toBe(204)
    const node = await findNode(world, group, registration.node_id)
    expect(node.warnings).toHaveLength(500)
    expect(node.warnings[0]?.message).toHaveLength(4096)
  })

  it('is refused a report that is none', async () => {
    const world = await newWorld()
    const { status } = await newRuntime(world, await newGroup(world))
    expect((await status({ version: 'x' })).status).toBe(400)
    expect((await status({ ...report(), root: 'abc' })).status).toBe(400)
  })

  it('needs room in the licence, but not to come back', async () => {
    const world = await newWorld({ entitlements: { runtimes: 1 } })
    const group = await newGroup(world)
    const { registration, registrationToken: token } = await newRuntime(world, group)
    const body = { hostname: 'edge-2', version: '1', host: 'node' }
    const second = await world.call('POST', '/runtime/v1/register', { token, body })
    expect(second.status).toBe(403)
    expect(await second.json()).toMatchObject({
      detail: expect.stringContaining('allows 1 runtimes'),
    })
    const again = await world.call('POST', '/runtime/v1/register', {
      token,
      body: { ...body, node_id: registration.node_id },
    })
    expect(again.status).toBe(201)
  })
})
