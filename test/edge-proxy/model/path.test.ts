import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteString, climbsAboveRoot, normalizePath, textOf } from '#model/path'
import { Route } from '#model/route'

describe('normal form of a path', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['/', '/'],
    ['/%66oo/%2E%7e', '/foo/.~'],
    ['/a%2fb%3a%25', '/a%2Fb%3A%25'],
    ['/a%zz%', '/a%zz%'],
    ['/a%2', '/a%2'],
    ['/caf%C3%a9', '/caf\u00c3\u00a9'],
    ['/a%20b', '/a b'],
    ['//foo//x', '/foo/x'],
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/a/%2e%2E/b', '/b'],
    ['/a/b/..', '/a/'],
    ['/a/b/.', '/a/b/'],
    ['/a/', '/a/'],
    ['/a//', '/a/'],
    ['/..', '/'],
    ['/a/.b', '/a/.b'],
    ['/a./b', '/a./b'],
    ['/%2561', '/%2561'],
  ])('of %s is %j', (path, normal) => {
    expect(normalizePath(path)).toBe(normal)
  })

  it('is its own normal form', () => {
    const segment = fc.constantFrom(
      'a',
      '.',
      '..',
      '',
      '%2e',
      '%2F',
      '%25',
      '%41',
      '%',
      '%4',
      '\u00e9',
    )
    fc.assert(
      fc.property(fc.array(segment), (segments) => {
        const normal = normalizePath(`/${segments.join('/')}`)
        expect(normalizePath(normal)).toBe(normal)
        expect(climbsAboveRoot(normal)).toBe(false)
      }),
    )
  })
})

describe('a path that climbs above the root', () => {
  it.each([
    ['/../a', true],
    ['/a/../../b', true],
    ['/%2e%2e/b', true],
    ['/a/../b', false],
    ['/a//../../b', true],
    ['/a/./../b', false],
    ['/..a', false],
    ['/a', false],
  ])('%s: %s', (path, climbs) => {
    expect(climbsAboveRoot(path)).toBe(climbs)
  })
})

describe('byte strings', () => {
  it('hold one character for each byte of UTF-8 and turn back', () => {
    expect(byteString('é€')).toBe('\u00c3\u00a9\u00e2\u0082\u00ac')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(textOf(byteString(text))).toBe(text)
      }),
    )
  })

  it('spell nothing when the bytes are not UTF-8', () => {
    expect(textOf('/\u00c3')).toBeUndefined()
  })
})

describe('a path in a route', () => {
  it('may be written with letters of any script', () => {
    expect(Route.parse({ paths: ['/café'] }).ok).toBe(true)
  })

  it('is refused with its normal form when it is not normal', () => {
    expect(Route.parse({ paths: ['/caf%C3%A9'] })).toMatchObject({
      fields: { paths: ["non-normalized path, consider use '/café' instead"] },
    })
  })
})
