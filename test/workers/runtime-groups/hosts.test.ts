import { describe, expect, it } from 'vitest'
import { newWorld } from './world.ts'

interface Answer {
  data: { host: string; plugins: string[]; limits: { name: string; reason: string }[] }[]
}

describe('GET /v2/hosts', () => {
  it('names for each kind of runtime its plugins, and what it cannot do with the reason', async () => {
    const answer = await (await newWorld()).call('GET', '/v2/hosts', { token: 'viewer' })
    expect(answer.status).toBe(200)
    const { data } = await answer.json<Answer>()
    expect(data.map(({ host }) => host)).toEqual(['worker', 'node'])
    for (const { plugins, limits } of data) {
      expect(plugins).toContain('key-auth')
      expect(limits.every(({ reason }) => reason.length > 20)).toBe(true)
    }
    expect(data[0]?.limits.map(({ name }) => name)).toContain('services.client_certificate')
  })

  it('is for those who signed in', async () => {
    expect((await (await newWorld()).call('GET', '/v2/hosts', { token: 'nobody' })).status).toBe(
      401,
    )
  })
})
