import { beforeAll, describe, expect, it } from 'vitest'
import type { AuditEntry } from '#workers/db/audit'
import { newWorld, type World } from '../api/world.ts'

let world: World

beforeAll(async () => {
  world = await newWorld()
  await world.newGroup('other')
  await world.admin('PUT', '/consumers/bob')
  await world.admin('POST', '/consumers/bob/key-auth', { body: { key: 'open-sesame' } })
  await world.call('PUT', '/admin/other/services/s', { body: { host: 'a.test' } })
  await world.admin('DELETE', '/consumers/bob')
})

interface AuditPage {
  data: AuditEntry[]
  next_cursor: string | null
}

const read = async (query = ''): Promise<AuditPage> =>
  (await world.call('GET', `/v2/audit${query}`)).json<AuditPage>()

describe('the audit', () => {
  it('tells who did what to what, newest first', async () => {
    const { data } = await read('?group=default')
    expect(data.map(({ action }) => action)).toEqual([
      'consumer.deleted',
      'keyauth_credential.created',
      'consumer.created',
      'group.created',
    ])
    expect(data[0]).toMatchObject({
      actor_name: 'Ada',
      actor_kind: 'user',
      target_kind: 'consumers',
      target_name: 'bob',
      group_id: world.group.id,
      detail: { with: 1 },
    })
    expect(JSON.stringify(data)).not.toContain('open-sesame')
  })

  it('is of one group, or of the whole organization, in pages', async () => {
    expect((await read('?group=other')).data.map(({ action }) => action)).toEqual([
      'service.created',
      'group.created',
    ])
    const all = (await read()).data
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: AuditPage = await read(`?size=2${cursor ? `&cursor=${cursor}` : ''}`)
      seen.push(...page.data.map(({ id }) => id))
      cursor = page.next_cursor
    }
    expect(seen).toEqual(all.map(({ id }) => id))
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('is not shown to others', async () => {
    const stranger = await newWorld()
    const { data } = await (await stranger.call('GET', '/v2/audit')).json<AuditPage>()
    expect(data.every(({ group_id }) => group_id !== world.group.id)).toBe(true)
    expect((await world.call('GET', '/v2/audit', { token: '' })).status).toBe(401)
    expect((await stranger.call('GET', `/v2/audit?group=${world.group.id}`)).status).toBe(404)
  })

  it('refuses a size that is none', async () => {
    const answer = await world.call('GET', '/v2/audit?size=0')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ fields: { size: expect.any(String) } })
  })
})
