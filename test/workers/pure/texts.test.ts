import { describe, expect, it } from 'vitest'
import { Upstream } from '#model/upstream'
import { speaksKong } from '#workers/api/surface'
import { sortableId } from '#workers/db/audit'
import { luaText } from '#workers/db/conflict'
import { merge } from '#workers/db/merge'
import { expandUrl } from '#workers/db/service-url'

describe('url of a service', () => {
  it.each([
    ['http://e.test', { protocol: 'http', host: 'e.test', port: 80, path: null }],
    ['https://e.test/a/b', { protocol: 'https', host: 'e.test', port: 443, path: '/a/b' }],
    ['http://e.test/a?x=1', { protocol: 'http', host: 'e.test', port: 80, path: '/a' }],
    ['grpcs://e.test', { protocol: 'grpcs', host: 'e.test', port: 80, path: null }],
    ['tcp://e.test:99', { protocol: 'tcp', host: 'e.test', port: 99, path: null }],
    ['http://[::1]:81/x', { protocol: 'http', host: '::1', port: 81, path: '/x' }],
    ['http://user:pass@e.test', { protocol: 'http', host: 'e.test', port: 80, path: null }],
    ['http://e.test:abc', { protocol: 'http', host: 'e.test', port: 'abc', path: null }],
    ['http:///x', { protocol: 'http', host: undefined, port: 80, path: '/x' }],
    ['e.test', { host: undefined, port: 80, path: 'e.test' }],
  ])('%s stands for its parts, and wins over them', (url, parts) => {
    expect(expandUrl({ url, port: 1, path: '/other', retries: 2 })).toEqual({
      ...parts,
      retries: 2,
    })
  })

  it('that is no text is told', () => {
    expect(() => expandUrl({ url: 5 })).toThrow('schema violation (url: expected a string)')
    expect(() => expandUrl({ url: '' })).toThrow(
      'schema violation (url: length must be at least 1)',
    )
  })

  it('that was not sent changes nothing', () => {
    const sent = { host: 'a' }
    expect(expandUrl(sent)).toBe(sent)
  })
})

describe("values in Kong's texts", () => {
  it.each([
    [{ name: 'a' }, '{name="a"}'],
    [{ b: null, a: { id: 'x' } }, '{a={id="x"},b=null}'],
    [{ '@entity': ['no'] }, '{["@entity"]={"no"}}'],
    [{ s: [null, { h: 'x' }, 'y'] }, '{s={[2]={h="x"},[3]="y"}}'],
    [{ n: 1, t: true, e: [] }, '{e={},n=1,t=true}'],
  ])('%j', (value, text) => {
    expect(luaText(value)).toBe(text)
  })
})

describe('merging a change', () => {
  const before = { name: 'up', healthchecks: { active: { headers: { a: ['1'] }, timeout: 1 } } }

  it('joins records and replaces lists and maps', () => {
    expect(
      merge(Upstream.input, before, {
        healthchecks: { active: { headers: { b: ['2'] } }, threshold: 5 },
      }),
    ).toEqual({
      name: 'up',
      healthchecks: { active: { headers: { b: ['2'] }, timeout: 1 }, threshold: 5 },
    })
  })

  it('takes null for null', () => {
    expect(merge(Upstream.input, before, { healthchecks: null })).toEqual({
      name: 'up',
      healthchecks: null,
    })
  })
})

describe('ids of audit entries', () => {
  it('sort as they were made, even within one millisecond, and are UUIDs of version 7', () => {
    const now = Date.UTC(2026, 0, 1)
    const ids = [...Array.from({ length: 5000 }, () => sortableId(now)), sortableId(now + 10)]
    expect([...ids].sort()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids.slice(0, 5)) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    }
  })
})

describe('failures', () => {
  it.each([
    ['/admin/default/services', true],
    ['/v2/runtime-groups/x/core-entities', true],
    ['/v2/control-planes/x/core-entities/services', true],
    ['/v2/runtime-groups/x/nodes', false],
    ['/v2/audit', false],
  ])("at %s are in Kong's form: %s", (path, kong) => {
    expect(speaksKong(path)).toBe(kong)
  })
})
