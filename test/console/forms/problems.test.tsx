import { describe, expect, it } from 'vitest'
import { placeOf, problemsOf, sentenceOf } from '../../../console/forms/problems.ts'
import { counted, words } from '../../../console/forms/words.ts'

describe('problems of the API', () => {
  it('come to the path of their control, however deep they are nested', () => {
    expect(
      problemsOf({
        host: 'required field missing',
        paths: [null, 'should start with: /'],
        sources: [{ ip: 'invalid ip' }],
        config: { redis: { port: 'expected an integer' } },
        '@entity': ['one', 'two'],
      }),
    ).toEqual({
      host: 'required field missing',
      'paths.1': 'should start with: /',
      'sources.0.ip': 'invalid ip',
      'config.redis.port': 'expected an integer',
      '@entity': 'one; two',
    })
  })

  it.each([
    ['host', 'Host'],
    ['paths.1', 'Paths › item 2'],
    ['config.redis.port', 'Redis › Port'],
    ['tls_verify_depth', 'TLS verify depth'],
  ])('name the place of %s as %s', (path, place) => {
    expect(placeOf(path)).toBe(place)
  })

  it('read as sentences', () => {
    expect(sentenceOf('required field missing')).toBe('Required field missing.')
    expect(sentenceOf('Already taken.')).toBe('Already taken.')
  })
})

describe('wire names', () => {
  it.each([
    ['connect_timeout', 'Connect timeout'],
    ['https_redirect_status_code', 'HTTPS redirect status code'],
    ['snis', 'SNIs'],
    ['key-auth', 'Key auth'],
    ['ca_certificates', 'CA certificates'],
  ])('%s reads %s', (name, text) => {
    expect(words(name)).toBe(text)
  })

  it('are counted in singular and plural', () => {
    expect([0, 1, 1200].map((count) => counted(count, 'route'))).toEqual([
      '0 routes',
      '1 route',
      '1,200 routes',
    ])
  })
})
