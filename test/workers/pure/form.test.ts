import { describe, expect, it } from 'vitest'
import { Plugin } from '#model/plugin'
import { Route } from '#model/route'
import { Upstream } from '#model/upstream'
import { inferForm, nest } from '#workers/api/form'

const fields = (text: string) => nest([...new URLSearchParams(text)])

describe('form fields', () => {
  it.each([
    ['a=1&b=2', { a: '1', b: '2' }],
    ['tags[]=a&tags[]=b', { tags: ['a', 'b'] }],
    ['tags=a&tags=b', { tags: ['a', 'b'] }],
    ['paths[1]=/a&paths[2]=/b', { paths: ['/a', '/b'] }],
    ['config.redis.host=h&config[redis][port]=1', { config: { redis: { host: 'h', port: '1' } } }],
    ['sources[1].ip=10.0.0.1&sources[1].port=80', { sources: [{ ip: '10.0.0.1', port: '80' }] }],
    ['headers.x-a=1,2', { headers: { 'x-a': '1,2' } }],
  ])('%s are nested', (text, nested) => {
    expect(fields(text)).toEqual(nested)
  })

  it('cannot reach the prototype of anything', () => {
    nest([['__proto__.polluted', 'yes']])
    nest([['constructor.prototype.polluted', 'yes']])
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
    expect(fields('constructor=a&toString=b')).toEqual({ constructor: 'a', toString: 'b' })
    expect(inferForm(Upstream.input, fields('constructor=a'))).toEqual({ constructor: 'a' })
  })
})

describe('texts of a form', () => {
  it('become what the schema asks for', () => {
    expect(
      inferForm(
        Route.input,
        fields('paths=/a&strip_path=false&regex_priority=0x10&headers.x=1&name=123&tags='),
      ),
    ).toEqual({
      paths: ['/a'],
      strip_path: false,
      regex_priority: 16,
      headers: { x: ['1'] },
      name: '123',
      tags: null,
    })
    expect(
      inferForm(Upstream.input, fields('healthchecks.active.healthy.http_statuses[]=204&slots=10')),
    ).toEqual({ healthchecks: { active: { healthy: { http_statuses: [204] } } }, slots: 10 })
  })

  it('of a plugin follow its own schema, also when only the stored entity names it', () => {
    const config = { config: { minute: 5, hide_client_headers: true } }
    const text = 'config.minute=5&config.hide_client_headers=true'
    expect(inferForm(Plugin.input, fields(`name=rate-limiting&${text}`))).toMatchObject(config)
    expect(inferForm(Plugin.input, fields(text), { name: 'rate-limiting' })).toEqual(config)
  })

  it('that fit no type stay as they are, to be refused', () => {
    expect(inferForm(Route.input, fields('strip_path=yes&regex_priority=abc'))).toEqual({
      strip_path: 'yes',
      regex_priority: 'abc',
    })
  })
})
