import { describe, expect, it } from 'vitest'
import { addressParts, createResolver, usable } from '#hosts/node/wire/resolver'

const setup = () => {
  const clock = { now: 0 }
  const asked: string[] = []
  const answers: (readonly string[] | Error)[] = []
  const resolver = createResolver({
    ttl: 1000,
    stale_ttl: 10_000,
    now: () => clock.now,
    ask: async (host) => {
      asked.push(host)
      const next = answers.shift() ?? ['10.0.0.1']
      if (next instanceof Error) throw next
      return next
    },
  })
  const resolve = (host: string) => resolver(host, 80)
  return { clock, asked, answers, resolve }
}

describe('an address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1', 80],
    ['10.0.0.1:81', '10.0.0.1', 81],
    ['::1', '::1', 80],
    ['[::1]:81', '::1', 81],
  ])('may name its port: %s', (address, ip, port) => {
    expect(addressParts(address, 80)).toEqual({ ip, port })
  })
})

describe('what a name server found', () => {
  it('is used by its IPv4 addresses, by others where there are none', () => {
    const four = { address: '10.0.0.1', family: 4 }
    const six = { address: '::1', family: 6 }
    expect(usable([six, four])).toEqual(['10.0.0.1'])
    expect(usable([six])).toEqual(['::1'])
    expect(usable([])).toEqual([])
  })
})

describe('the resolver', () => {
  it('takes addresses as they are', () => {
    const { asked, resolve } = setup()
    expect(resolve('127.0.0.1')).toEqual(['127.0.0.1'])
    expect(resolve('[::1]')).toEqual(['::1'])
    expect(resolve('127.0.0.1')).toEqual(['127.0.0.1'])
    expect(asked).toEqual([])
  })

  it('asks once for many who wait, then answers at once while fresh', async () => {
    const { asked, resolve } = setup()
    expect(await Promise.all([resolve('a.test'), resolve('a.test')])).toEqual([
      ['10.0.0.1'],
      ['10.0.0.1'],
    ])
    expect(resolve('a.test')).toEqual(['10.0.0.1'])
    expect(asked).toEqual(['a.test'])
  })

  it('answers the old addresses while it asks for new ones', async () => {
    const { clock, answers, asked, resolve } = setup()
    await resolve('a.test')
    answers.push(['10.0.0.2'])
    clock.now = 1500
    expect(resolve('a.test')).toEqual(['10.0.0.1'])
    expect(resolve('a.test')).toEqual(['10.0.0.1'])
    await new Promise((done) => setImmediate(done))
    expect(resolve('a.test')).toEqual(['10.0.0.2'])
    expect(asked).toHaveLength(2)
  })

  it('survives a name server that is away, for as long as it may', async () => {
    const { clock, answers, resolve } = setup()
    await resolve('a.test')
    for (clock.now = 1500; clock.now < 10_000; clock.now += 1500) {
      answers.push(new Error('SERVFAIL'))
      expect(resolve('a.test')).toEqual(['10.0.0.1'])
      await new Promise((done) => setImmediate(done))
    }
    answers.splice(0, answers.length, new Error('SERVFAIL'))
    clock.now = 60_000
    await expect(resolve('a.test')).rejects.toThrow('SERVFAIL')
  })

  it('rejects a name without addresses, and asks again', async () => {
    const { answers, resolve } = setup()
    answers.push([], ['10.0.0.3'])
    await expect(resolve('a.test')).rejects.toThrow('a.test')
    expect(await resolve('a.test')).toEqual(['10.0.0.3'])
  })
})
