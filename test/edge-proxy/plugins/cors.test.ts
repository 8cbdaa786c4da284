import { describe, expect, it } from 'vitest'
import { HeaderList } from '#engine/headers'
import { routed, serving, through } from '../../support/through.ts'

const simple = (origin: string) => ({ headers: { Origin: origin } })
const preflight = (origin: string, more = {}) => ({
  method: 'OPTIONS',
  headers: { Origin: origin, 'Access-Control-Request-Method': 'GET', ...more },
})
const allowed = 'access-control-allow-origin'

describe('cors', () => {
  it.each([
    ['no list', {}, 'http://a.test', '*'],
    ['a star', { origins: ['*'] }, 'http://a.test', '*'],
    [
      'one value, whoever asks',
      { origins: ['http://one.test'] },
      'http://a.test',
      'http://one.test',
    ],
    [
      'one of several',
      { origins: ['http://a.test', 'http://b.test'] },
      'http://b.test',
      'http://b.test',
    ],
    [
      'none of several',
      { origins: ['http://a.test', 'http://b.test'] },
      'http://c.test',
      undefined,
    ],
    [
      'a default port',
      { origins: ['https://a.test', 'http://b.test'] },
      'https://a.test:443',
      'https://a.test',
    ],
    [
      'a regular expression of the host',
      { origins: ['(.+\\.)?a\\.test'] },
      'http://x.a.test:81',
      'http://x.a.test:81',
    ],
    [
      'a regular expression with scheme',
      { origins: ['https://.*\\.a\\.test'] },
      'http://x.a.test',
      undefined,
    ],
    [
      'an expression that fits only a part',
      { origins: ['(a|b)\\.test'] },
      'http://b.test.evil.test',
      undefined,
    ],
    ['a star among several', { origins: ['http://a.test', '*'] }, 'http://c.test', '*'],
    ['credentials for all', { credentials: true }, 'http://c.test', 'http://c.test'],
  ])('allows by %s', async (_, config, origin, expected) => {
    expect((await through('cors', config, simple(origin))).headers.get(allowed)).toBe(expected)
    expect((await through('cors', config, preflight(origin))).headers.get(allowed)).toBe(expected)
  })

  it('answers preflight requests itself, with what is configured', async () => {
    const seen = await through(
      'cors',
      {
        methods: ['GET', 'PUT'],
        headers: ['x-a', 'x-b'],
        max_age: 60,
        credentials: true,
        private_network: true,
      },
      preflight('http://a.test', { 'Access-Control-Request-Private-Network': 'true' }),
    )
    expect(seen.status).toBe(200)
    expect(seen.body).toBe('')
    expect(seen.upstream).toBeUndefined()
    const lines = Object.fromEntries(seen.headers)
    expect(lines).toMatchObject({
      'Access-Control-Allow-Methods': 'GET,PUT',
      'Access-Control-Allow-Headers': 'x-a,x-b',
      'Access-Control-Max-Age': '60',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Allow-Private-Network': 'true',
      Vary: 'Origin',
    })
  })

  it('leaves preflight requests to the upstream when told to', async () => {
    const seen = await through('cors', { preflight_continue: true }, preflight('http://a.test'))
    expect(seen.upstream?.method).toBe('OPTIONS')
    expect(seen.headers.has(allowed)).toBe(false)
  })

  it('adds to the Vary of the upstream and overrules its Allow-Origin', async () => {
    const { send, host } = serving(
      routed([{ name: 'cors', config: { origins: ['http://a.test', 'http://b.test'] } }]),
    )
    host.upstream = [
      () => ({
        headers: HeaderList.from([
          ['Vary', 'Accept'],
          ['Access-Control-Allow-Origin', '*'],
        ]),
      }),
    ]
    const seen = await send(simple('http://evil.test'))
    expect(seen.headers.getAll('vary')).toEqual(['Accept', 'Origin'])
    expect(seen.headers.has(allowed)).toBe(false)
  })

  it('acts on the refusals of other plugins too', async () => {
    const { send } = serving(routed([{ name: 'cors' }, { name: 'key-auth' }]))
    const seen = await send(simple('http://a.test'))
    expect(seen.status).toBe(401)
    expect(seen.headers.get(allowed)).toBe('*')
  })

  it('refuses an origin that is neither a value nor an expression', async () => {
    await expect(async () => through('cors', { origins: ['[[.*'] })).rejects.toThrow(
      "'[[.*' is not a valid regex",
    )
  })
})
