import { describe, expect, it } from 'vitest'
import { fakeHost } from '../../support/fake-host.ts'
import { routed, serving } from '../../support/through.ts'

const limited = (config: Record<string, unknown>, more = {}) =>
  serving(routed([{ name: 'rate-limiting', config }], more))

describe('rate-limiting', () => {
  it('tells the limit and what is left, and refuses when nothing is', async () => {
    const { send, host } = limited({ minute: 2 })
    host.time += 15_500
    const first = await send()
    expect(first.headers.get('x-ratelimit-limit-minute')).toBe('2')
    expect(first.headers.get('x-ratelimit-remaining-minute')).toBe('1')
    expect(first.headers.get('ratelimit-limit')).toBe('2')
    expect(first.headers.get('ratelimit-reset')).toBe('45')
    expect(first.headers.has('retry-after')).toBe(false)
    await send()
    const third = await send()
    expect(third.status).toBe(429)
    expect(third.headers.get('x-ratelimit-remaining-minute')).toBe('0')
    expect(third.headers.get('retry-after')).toBe('45')
    expect(JSON.parse(third.body)).toMatchObject({ message: 'API rate limit exceeded' })
    expect(third.upstream).toBeUndefined()
  })

  it('begins anew with the next window, at the whole minute', async () => {
    const { send, host } = limited({ minute: 1 })
    host.time += 59_999
    expect((await send()).status).toBe(200)
    expect((await send()).status).toBe(429)
    host.time += 1
    expect((await send()).status).toBe(200)
  })

  it('counts months and years of the calendar', async () => {
    const host = fakeHost()
    host.time = Date.UTC(2028, 1, 29, 23, 59, 59)
    const { send } = serving(routed([{ name: 'rate-limiting', config: { month: 1, year: 2 } }]), {
      host,
    })
    expect((await send()).headers.get('ratelimit-reset')).toBe('1')
    expect((await send()).status).toBe(429)
    host.time += 1000
    expect((await send()).headers.get('x-ratelimit-remaining-year')).toBe('0')
    expect((await send()).status).toBe(429)
  })

  it('does not count what it refuses, in any window', async () => {
    const { send } = limited({ minute: 1, hour: 5 })
    await send()
    for (const _ of [1, 2, 3]) {
      const refused = await send()
      expect(refused.status).toBe(429)
      expect(refused.headers.get('x-ratelimit-remaining-hour')).toBe('4')
    }
  })

  it('keeps counting when the configuration changes elsewhere', async () => {
    const config = routed([{ name: 'rate-limiting', config: { hour: 1 } }])
    const { send, load } = serving(config)
    await send()
    load({ ...config, consumers: [{ username: 'new' }] })
    expect((await send()).status).toBe(429)
  })

  it.each([
    ['ip', {}, { peer: '10.0.0.1' }, { peer: '10.0.0.2' }],
    [
      'header',
      { header_name: 'X-Tenant' },
      { headers: { 'X-Tenant': 'a' } },
      { headers: { 'x-tenant': 'b' } },
    ],
    ['path', { path: '/counted' }, { path: '/counted?x' }, { path: '/other' }],
  ])('counts by %s', async (limit_by, more, one, other) => {
    const { send } = limited({ hour: 1, limit_by, ...more })
    expect((await send(one)).status).toBe(200)
    expect((await send(one)).status).toBe(429)
    expect((await send(other)).status).toBe(200)
  })

  it('falls back to the address where there is no consumer', async () => {
    const { send } = limited({ hour: 1 })
    expect((await send({ peer: '10.0.0.1' })).status).toBe(200)
    expect((await send({ peer: '10.0.0.1' })).status).toBe(429)
    expect((await send({ peer: '10.0.0.2' })).status).toBe(200)
  })

  it('puts its headers before those of the upstream, and keeps both', async () => {
    const { send, host } = limited({ minute: 5 })
    const { HeaderList } = await import('#engine/headers')
    host.upstream = [() => ({ headers: HeaderList.from([['X-RateLimit-Limit-Minute', '99']]) })]
    expect((await send()).headers.getAll('x-ratelimit-limit-minute')).toEqual(['5', '99'])
  })

  it('tells clients nothing when told to hide, and still refuses', async () => {
    const { send } = limited({ minute: 1, hide_client_headers: true })
    expect((await send()).headers.has('ratelimit-limit')).toBe(false)
    const refused = await send()
    expect(refused.status).toBe(429)
    expect(refused.headers.has('retry-after')).toBe(false)
  })

  it('refuses with the status and message of the configuration', async () => {
    const { send } = limited({ minute: 1, error_code: 403, error_message: 'enough' })
    await send()
    const refused = await send()
    expect(refused.status).toBe(403)
    expect(JSON.parse(refused.body)).toMatchObject({ message: 'enough' })
  })

  it('refuses the redis policy by name', () => {
    expect(() => limited({ minute: 1, policy: 'redis', redis: { host: 'r' } })).toThrow(
      /config\.policy: 'redis' is not available yet/,
    )
  })
})
