import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildRouter } from '#engine/router/router'
import { forwardedPrefix, upstreamPath } from '#engine/router/upstream-path'
import { configuredRoutes, routerRequest } from './declared.ts'

interface Row {
  id: string
  service_path: string | null
  route_path: string | null
  strip_path: boolean
  path_handling: 'v0' | 'v1'
  request_path: string
  upstream_path: string
  upstream_path_traditional_compatible?: string
}

const { rows } = JSON.parse(
  readFileSync('test/conformance/vectors/path-handling.json', 'utf8'),
) as { rows: Row[] }

/** Both flavours match a lone route alike, so the router finds what it matched. */
const matchedBy = ({ route_path, request_path }: Row) => {
  const matcher = route_path === null ? { hosts: ['gw.test'] } : { paths: [route_path] }
  const request = routerRequest({ path: request_path })
  const match = buildRouter(configuredRoutes({ routes: [matcher] })).match(request)
  if (!match) throw new Error(`${route_path} does not match ${request_path}`)
  return { path: request.normal_path, matched: match.matched }
}

describe('upstream path', () => {
  it.each(rows)(
    '$id of the table: $service_path, $route_path, strip $strip_path, $path_handling, $request_path',
    (row) => {
      const common = { base: row.service_path, strip: row.strip_path, ...matchedBy(row) }
      expect(upstreamPath({ ...common, handling: row.path_handling })).toBe(row.upstream_path)
      expect(upstreamPath({ ...common, handling: 'v0' })).toBe(
        row.upstream_path_traditional_compatible ?? row.upstream_path,
      )
    },
  )

  it.each([
    ['/a', '/a./x', '/x'],
    ['/a', '/a../x', '/x'],
    ['/a', '/a.', '/'],
    ['/a', '/a..', '/'],
    ['/a', '/a.b', '/.b'],
  ])('drops dots that cutting %s from %s leaves in front', (matched, path, upstream) => {
    expect(upstreamPath({ base: null, path, matched, strip: true, handling: 'v0' })).toBe(upstream)
  })

  it('escapes every byte that may not go on the wire, and leaves escapes alone', () => {
    const path = '/a b\r\n\u00c3\u00a9"<>\\^`{|}\u007f/%2F!#$&\'()*+,:;=?@[]~'
    expect(upstreamPath({ base: '/é', path, matched: '', strip: false, handling: 'v0' })).toBe(
      "/%C3%A9/a%20b%0D%0A%C3%A9%22%3C%3E%5C%5E%60%7B%7C%7D%7F/%2F!#$&'()*+,:;=?@[]~",
    )
  })
})

describe('forwarded prefix', () => {
  it('tells what was stripped', () => {
    expect(forwardedPrefix('/api', true)).toBe('/api')
  })

  it.each([
    ['/api', false],
    ['/', true],
    ['', true],
  ])('tells nothing when %j was matched and strip_path is %s', (matched, strip) => {
    expect(forwardedPrefix(matched, strip)).toBeUndefined()
  })

  it('cannot carry a line break into a header', () => {
    expect(forwardedPrefix('/a\r\nX-Admin: 1', true)).toBe('/a%0D%0AX-Admin:%201')
  })
})
