import { describe, expect, it } from 'vitest'
import { nodes, registrationTokens } from '../../../workers/modules/runtime-groups/model.ts'
import { env, newGroup, newRuntime, newWorld, services } from './world.ts'

interface Answer extends Record<string, unknown> {
  id: string
  name: string
}

interface Page {
  data: Answer[]
  meta: { page: { number: number; size: number; total: number } }
}

const PATHS = ['/v2/runtime-groups', '/v2/control-planes'] as const

describe.each(PATHS)('%s works', (path) => {
  it('makes, reads, changes and deletes a group', async () => {
    const world = await newWorld()
    const made = await world.call('POST', path, {
      body: {
        name: 'europe',
        description: null,
        labels: { env: 'prod' },
        proxy_urls: [{ host: 'api.test', port: 443, protocol: 'https' }],
        cluster_type: 'CLUSTER_TYPE_CONTROL_PLANE',
        auth_type: 'pki_client_certs',
        cloud_gateway: false,
      },
    })
    expect(made.status).toBe(201)
    const group = await made.json<Answer>()
    expect(group).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'europe',
      description: '',
      labels: { env: 'prod' },
      config: {
        control_plane_endpoint: 'https://tidegate.test',
        telemetry_endpoint: 'https://tidegate.test',
        cluster_type: 'CLUSTER_TYPE_CONTROL_PLANE',
        auth_type: 'pki_client_certs',
        cloud_gateway: false,
        proxy_urls: [{ host: 'api.test', port: 443, protocol: 'https' }],
      },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      updated_at: group.created_at,
    })

    for (const name of [group.id, 'europe']) {
      const read = await (await world.call('GET', `${path}/${name}`)).json<Answer>()
      expect(read).toMatchObject({
        ...group,
        publishing: { version: 1, counts: {}, last_error: null },
      })
    }

    world.pass(1000)
    const changed = await world.call('PATCH', `${path}/europe`, {
      body: { description: 'West', labels: null },
    })
    expect(changed.status).toBe(200)
    expect(await changed.json()).toMatchObject({
      name: 'europe',
      description: 'West',
      labels: {},
      config: { auth_type: 'pki_client_certs', proxy_urls: [{ host: 'api.test' }] },
      updated_at: new Date(world.now()).toISOString(),
    })

    expect((await world.call('DELETE', `${path}/europe`)).status).toBe(204)
    expect((await world.call('GET', `${path}/${group.id}`)).status).toBe(404)
  })

  it('lists by pages, names and labels', async () => {
    const world = await newWorld()
    for (const [name, labels] of Object.entries({
      'alpha one': { env: 'prod' },
      'alpha two': { env: 'test' },
      beta: {},
    })) {
      world.pass(1000)
      await world.call('POST', path, { body: { name, labels } })
    }
    const list = async (query: string) => (await world.call('GET', `${path}?${query}`)).json<Page>()
    const names = async (query: string) => (await list(query)).data.map(({ name }) => name)

    expect((await list('')).meta).toEqual({ page: { number: 1, size: 100, total: 3 } })
    expect(await names('page[size]=2')).toEqual(['alpha one', 'alpha two'])
    expect(await list('page[size]=2&page[number]=2')).toMatchObject({
      data: [{ name: 'beta' }],
      meta: { page: { number: 2, size: 2, total: 3 } },
    })
    expect(await names('filter[name][eq]=beta')).toEqual(['beta'])
    expect(await names('filter[name][contains]=ALPHA')).toEqual(['alpha one', 'alpha two'])
    expect(await names('filter[name][neq]=beta&sort=name%20desc')).toEqual([
      'alpha two',
      'alpha one',
    ])
    expect(await names('labels=env:prod')).toEqual(['alpha one'])
    expect(await names('labels=env')).toEqual(['alpha one', 'alpha two'])
    const [first] = (await list('')).data
    expect(await names(`filter[id][oeq]=${first?.id},${crypto.randomUUID()}`)).toEqual([
      'alpha one',
    ])
  })
})

describe('runtime groups refuse', () => {
  it('a name that is taken, in the same organization only', async () => {
    const world = await newWorld()
    await newGroup(world, 'default')
    const again = await world.call('POST', PATHS[0], { body: { name: 'default' } })
    expect(again.status).toBe(409)
    expect(await again.json()).toMatchObject({ fields: { name: 'already taken' } })
    await newGroup(world, 'other')
    const renamed = await world.call('PATCH', `${PATHS[0]}/other`, { body: { name: 'default' } })
    expect(renamed.status).toBe(409)
    await newGroup(await newWorld(), 'default')
  })

  it.each([
    ['no name', {}, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['a name like an id', { name: crypto.randomUUID() }, 'name'],
    ['a name with a slash', { name: 'a/b' }, 'name'],
    ['a reserved label', { name: 'x', labels: { 'kong-team': 'a' } }, 'labels'],
    [
      'six proxy URLs',
      { name: 'x', proxy_urls: Array(6).fill({ host: 'a', port: 1, protocol: 'http' }) },
      'proxy_urls',
    ],
    [
      'another kind of cluster',
      { name: 'x', cluster_type: 'CLUSTER_TYPE_SERVERLESS' },
      'cluster_type',
    ],
    ['a field that there is not', { name: 'x', colour: 'red' }, 'colour'],
  ])('%s, and name the field', async (_, body, field) => {
    const answer = await (await newWorld()).call('POST', PATHS[0], { body })
    expect(answer.status).toBe(400)
    expect(Object.keys((await answer.json<{ fields: object }>()).fields)).toEqual([field])
  })

  it('one more than the licence allows', async () => {
    const world = await newWorld({ plan: 'small', entitlements: { runtime_groups: 1 } })
    await newGroup(world)
    const answer = await world.call('POST', PATHS[0], { body: { name: 'second' } })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({
      detail: 'The licence (plan small) allows 1 runtime groups, and 1 are in use.',
    })
  })

  it('to be deleted while something is in them, unless forced', async () => {
    const world = await newWorld()
    const group = await newGroup(world, 'full')
    await newRuntime(world, group)
    const store = world.store(group.id)
    const service = await store.create(services, { name: 'one', host: 'one.test' })
    await store.create(services, { name: 'two', host: 'two.test' })
    await world.settle()

    const refused = await world.call('DELETE', `${PATHS[0]}/full`)
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({
      lost: { services: 2, 'registered runtimes': 1 },
      detail: expect.stringContaining('loses 2 services, 1 registered runtime.'),
    })
    expect(await store.find(services, service.id)).toBeDefined()

    expect((await world.call('DELETE', `${PATHS[0]}/full?force=true`)).status).toBe(204)
    expect((await world.call('GET', `${PATHS[0]}/full`)).status).toBe(404)
    expect(await world.db.$count(nodes)).toBe(0)
    expect(await world.db.$count(registrationTokens)).toBe(0)
    const left = await env.DB.prepare('select count(*) as n from services where group_id = ?')
      .bind(group.id)
      .first<number>('n')
    expect(left).toBe(0)
    expect((await env.CONTENT.list({ prefix: `snapshots/${group.id}/` })).objects).toEqual([])
    expect((await group.object.summary()).latest).toBeNull()
  })

  it('to show anything of another organization', async () => {
    const group = await newGroup(await newWorld(), 'secret')
    const stranger = await newWorld()
    for (const name of [group.id, 'secret']) {
      for (const path of ['', '/nodes', '/versions', '/registration-tokens', '/traffic']) {
        const answer = await stranger.call('GET', `${PATHS[0]}/${name}${path}`)
        expect(answer.status, path).toBe(404)
      }
    }
    expect((await stranger.call('DELETE', `${PATHS[0]}/${group.id}?force=true`)).status).toBe(404)
    const { data } = await (await stranger.call('GET', PATHS[0])).json<Page>()
    expect(data).toEqual([])
  })
})

describe('runtime groups permissions', () => {
  const reads = ['', '/g', '/g/nodes', '/g/versions', '/g/registration-tokens']
  const writes = [
    ['POST', ''],
    ['PATCH', '/g'],
    ['PUT', '/g'],
    ['DELETE', '/g'],
    ['POST', '/g/registration-tokens'],
    ['DELETE', '/g/registration-tokens/x'],
    ['DELETE', '/g/nodes/x'],
  ] as const

  it.each(PATHS)('%s needs somebody', async (path) => {
    const world = await newWorld()
    for (const read of reads) {
      expect((await world.call('GET', path + read, { token: '' })).status).toBe(401)
    }
    for (const [method, write] of writes) {
      expect((await world.call(method, path + write, { token: '', body: {} })).status).toBe(401)
    }
  })

  it.each(PATHS)('%s lets a viewer read and not write', async (path) => {
    const world = await newWorld()
    await newGroup(world, 'g')
    for (const read of reads) {
      expect((await world.call('GET', path + read, { token: 'viewer' })).status, read).toBe(200)
    }
    for (const [method, write] of writes) {
      const answer = await world.call(method, path + write, { token: 'viewer', body: {} })
      expect(answer.status, `${method} ${write}`).toBe(403)
    }
    expect((await world.call('PATCH', `${path}/g`, { token: 'admin', body: {} })).status).toBe(200)
  })
})

describe('registration tokens', () => {
  it('are shown once, then only what is known of them', async () => {
    const world = await newWorld()
    await newGroup(world, 'g')
    const path = `${PATHS[0]}/g/registration-tokens`
    const made = await world.call('POST', path, { body: { name: 'fleet' } })
    expect(made.status).toBe(201)
    const { token, ...rest } = await made.json<Answer & { token: string }>()
    expect(token).toMatch(/^tgr_/)
    const list = await (await world.call('GET', path)).text()
    expect(JSON.parse(list)).toMatchObject({ data: [rest], next: null })
    expect(list).not.toContain(token)
    expect(list).not.toContain('digest')
    expect((await world.call('DELETE', `${path}/${rest.id}`)).status).toBe(204)
    expect((await world.call('DELETE', `${path}/${rest.id}`)).status).toBe(404)
  })

  it('come in pages', async () => {
    const world = await newWorld()
    await newGroup(world, 'g')
    const path = `${PATHS[0]}/g/registration-tokens`
    for (const name of ['a', 'b', 'c', 'd', 'e']) await world.call('POST', path, { body: { name } })
    const seen: string[] = []
    let next: string | null = `${path}?size=2`
    let pages = 0
    while (next !== null) {
      const page: { data: Answer[]; next: string | null } = await (
        await world.call('GET', next)
      ).json()
      seen.push(...page.data.map(({ name }) => name))
      next = page.next
      pages += 1
    }
    expect(pages).toBe(3)
    expect(seen.sort()).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect((await world.call('GET', `${path}?offset=nonsense`)).status).toBe(400)
  })
})

describe('versions', () => {
  it('are listed newest first, in pages', async () => {
    const world = await newWorld()
    const group = await newGroup(world, 'g')
    for (const name of ['one', 'two']) {
      await world.store(group.id).create(services, { name, host: `${name}.test` })
      await world.settle()
    }
    const path = `${PATHS[0]}/g/versions`
    const first = await (await world.call('GET', `${path}?size=2`)).json<{ next: string }>()
    expect(first).toMatchObject({
      data: [
        { version: 3, actor: 'Ada', counts: { services: 2 }, nodes_in_sync: 0 },
        { version: 2, actor: 'Ada', counts: { services: 1 } },
      ],
    })
    const second = await (await world.call('GET', first.next)).json()
    expect(second).toMatchObject({ data: [{ version: 1, actor: 'system' }], next: null })
  })
})
