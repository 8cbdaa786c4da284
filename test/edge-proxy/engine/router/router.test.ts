import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { literalOf, RouteError } from '#engine/router/candidate'
import { priorityOf } from '#engine/router/priority'
import { buildRouter } from '#engine/router/router'
import { configuredRoute, routerRequest, type VectorRequest } from './declared.ts'
import { scan } from './naive.ts'

const route = (name: string, fields: Record<string, unknown>) =>
  configuredRoute({ name, ...fields }, undefined)

const nameOf = (routes: ReturnType<typeof route>[], request: VectorRequest) =>
  buildRouter(routes).match(routerRequest(request))?.route.entity.name

describe('router', () => {
  it('hands out the groups of a regular expression by number and by name', () => {
    const routes = [route('r', { paths: ['~/users/(?<id>\\d+)/(\\w+)?'] })]
    const match = buildRouter(routes).match(routerRequest({ path: '/users/7/' }))
    expect(match).toMatchObject({ matched: '/users/7/', captures: { 1: '7', id: '7' } })
    expect(Object.keys(match?.captures ?? {})).toEqual(['1', 'id'])
  })

  it('has no groups when the expression has none', () => {
    const routes = [route('r', { paths: ['~/users/\\d+'] })]
    expect(buildRouter(routes).match(routerRequest({ path: '/users/7' }))?.captures).toBeUndefined()
  })

  it('matches no part of the path when the route has no paths', () => {
    const routes = [route('r', { methods: ['GET'] })]
    expect(buildRouter(routes).match(routerRequest({ path: '/x' }))?.matched).toBe('')
  })

  it('compares prefixes by byte and expressions by character', () => {
    const routes = [
      route('plain', { paths: ['/café/'] }),
      route('regex', { paths: ['~/th.$'] }),
      route('any', { paths: ['/'] }),
    ]
    expect(nameOf(routes, { path: '/caf%C3%A9/x' })).toBe('plain')
    expect(nameOf(routes, { path: '/th%C3%A9' })).toBe('regex')
    expect(nameOf(routes, { path: '/th%C3' })).toBe('any')
  })

  it('measures what an expression matched in bytes', () => {
    const routes = [route('r', { paths: ['~/\\pL+/'] })]
    const match = buildRouter(routes).match(routerRequest({ path: '/caf%C3%A9/x' }))
    expect(match?.matched).toBe('/caf\u00c3\u00a9/')
  })

  it('takes an underscore in a header name for a dash, and prefers it', () => {
    const routes = [route('r', { headers: { 'x-color': ['red'] } })]
    expect(nameOf(routes, { headers: { X_Color: 'red' } })).toBe('r')
    expect(nameOf(routes, { headers: { x_color: 'blue', 'x-color': 'red' } })).toBeUndefined()
  })

  it('leaves routes of streams out', () => {
    const streams = route('t', { protocols: ['tls'], snis: ['a.test'] })
    expect(nameOf([streams], { scheme: 'https', sni: 'a.test' })).toBeUndefined()
  })

  it('serves several look-ups from one index without mixing them up', () => {
    const router = buildRouter([
      route('a', { paths: ['/a'] }),
      route('b', { paths: ['~/b/(\\d)'] }),
    ])
    const matches = ['/a', '/b/1', '/c', '/b/2'].map((path) =>
      router.match(routerRequest({ path })),
    )
    expect(matches.map((match) => match?.captures?.[1])).toEqual([undefined, '1', undefined, '2'])
    expect(matches.map((match) => match?.route.entity.name)).toEqual(['a', 'b', undefined, 'b'])
  })

  it('names the route whose expression does not compile', () => {
    const good = route('r', { paths: ['/a'] })
    const bad = { ...good, entity: { ...good.entity, paths: ['~/(?=a)'] } }
    expect(() => buildRouter([bad])).toThrow(RouteError)
    expect(() => buildRouter([bad])).toThrow(/invalid regex: '\^\/\(\?=a\)'/)
  })

  it('finds a route among many that share host and path, by header, method or server name', () => {
    const many = Array.from({ length: 300 }, (_, at) => [
      route(`header-${at}`, { headers: { 'x-tenant': [`t${at}`] } }),
      route(`sni-${at}`, { protocols: ['https'], snis: [`n${at}.test`] }),
    ]).flat()
    expect(nameOf(many, { headers: { 'x-tenant': 'T250' } })).toBe('header-250')
    expect(nameOf(many, { scheme: 'https', sni: 'n7.test' })).toBe('sni-7')
    expect(nameOf(many, { scheme: 'https' })).toBeUndefined()
  })
})

describe('literal beginning of an expression', () => {
  it.each([
    ['/users/\\d+', '/users/'],
    ['/a\\.b/c', '/a.b/c'],
    ['/abc?', '/ab'],
    ['/ab\\.*', '/ab'],
    ['/ab{2}', '/a'],
    ['/v1/(users|orders)/x', '/v1/'],
    ['/a|/b', ''],
    ['/[|]', '/'],
    ['(?i)/users', ''],
    ['/café', '/caf\u00c3\u00a9'],
    ['/a\\Q(\\E|/b', ''],
    ['/a(x)|b', ''],
    ['/\\x41', '/'],
  ])('of %s is %j', (source, literal) => {
    expect(literalOf(source)).toBe(literal)
  })
})

describe('priority', () => {
  const none = { methods: null, hosts: null, headers: null, paths: null, snis: null }
  const value = (fields: object, path?: Parameters<typeof priorityOf>[1]) => {
    const { high, low } = priorityOf({ ...none, regex_priority: 0, ...fields }, path)
    return (BigInt(high) << 32n) | BigInt(low)
  }

  it('adds weight and length for a prefix', () => {
    expect(value({ paths: ['/abc'] }, { kind: 'prefix', text: '/abc' })).toBe((1n << 29n) | 4n)
  })

  it('gives plain hosts and expressions their bits', () => {
    expect(value({ hosts: ['a'], paths: ['~/'] }, { kind: 'regex' })).toBe(
      (1n << 60n) | (1n << 51n) | (2n << 29n),
    )
  })

  it('gives no bit to hosts of which one is a wildcard', () => {
    expect(value({ hosts: ['a', '*.b'] })).toBe(1n << 29n)
  })

  it('wraps four attributes into the top bit', () => {
    const fields = { methods: ['GET'], hosts: ['*.a'], headers: { x: ['1'] }, snis: ['a'] }
    expect(value(fields)).toBe(1n << 63n)
  })

  it('turns a negative regex_priority into the top bit', () => {
    expect(value({ paths: ['~/'], regex_priority: -1 }, { kind: 'regex' })).toBe(
      (1n << 63n) | (1n << 51n) | (1n << 29n),
    )
  })

  it('counts 255 headers at most', () => {
    const headers = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`x-${at}`, ['1']]))
    expect(value({ headers })).toBe((1n << 29n) | (255n << 20n))
  })
})

const hosts = [
  'a.test',
  'b.a.test',
  '*.a.test',
  '*.test',
  'a.*',
  'b.*',
  'a.test:8080',
  '*.a.test:80',
]
const paths = [
  '/',
  '/a',
  '/ab',
  '/a/b',
  '/a/b/',
  '/abc',
  '/b',
  '~/a',
  '~/a/\\d+',
  '~/[ab]/(x|y)',
  '~/.*b$',
  '~/a|b',
  '~/a/?(?<rest>.*)',
  '~/ab?c',
  '/é',
  '~/é+',
]
const methods = ['GET', 'POST', 'PUT']
const values = ['1', 'Two', '~*^t']
const snis = ['a.test', '*.test', 'a.*']

const some = <T>(list: readonly T[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...list), { minLength: 1, maxLength: 3 }), { nil: null })

const routeFields = fc.record({
  id: fc.uuid(),
  hosts: some(hosts),
  paths: some(paths),
  methods: some(methods),
  snis: some(snis),
  headers: fc.option(
    fc.dictionary(
      fc.constantFrom('x-a', 'X-B'),
      fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }),
      { minKeys: 1 },
    ),
    { nil: null },
  ),
  regex_priority: fc.constantFrom(0, 0, 1, 3, -1, 5000),
})

const requests = fc.record({
  method: fc.constantFrom(...methods, 'DELETE'),
  host: fc.constantFrom(
    'a.test',
    'b.a.test',
    'a.test:8080',
    'c.b.a.test',
    'a.other',
    'b.x',
    'z',
    '.a.test',
  ),
  path: fc.constantFrom(
    '/',
    '/a',
    '/a/b',
    '/a/b/c',
    '/ab',
    '/abc',
    '/b',
    '/a/12',
    '/b/x',
    '/%C3%A9',
    '/x/b',
    '/a/%C3',
    '/ac',
  ),
  scheme: fc.constantFrom('http' as const, 'https' as const),
  sni: fc.constantFrom(undefined, 'a.test', 'b.test', 'a.b'),
  headers: fc.dictionary(fc.constantFrom('x-a', 'x-b'), fc.constantFrom('1', 'two', 'TEN', 'x')),
})

describe('index', () => {
  it('finds what a linear scan in order of priority finds', () => {
    fc.assert(
      fc.property(
        fc.array(routeFields, { minLength: 1, maxLength: 25 }),
        fc.array(requests, { minLength: 1, maxLength: 12 }),
        (fields, asked) => {
          const routes = fields
            .filter(
              ({ hosts, paths, methods, snis, headers }) =>
                hosts ?? paths ?? methods ?? snis ?? headers,
            )
            .map((declared) => configuredRoute(declared, undefined))
          const router = buildRouter(routes)
          for (const one of asked) {
            const request = routerRequest(one)
            const match = router.match(request)
            const found = match && { route: match.route, matched: match.matched.length }
            const scanned = scan(routes, request)
            const wanted = scanned && {
              route: scanned.route,
              matched: new TextEncoder().encode(scanned.matched).length,
            }
            expect(found?.route.entity.id).toBe(wanted?.route.entity.id)
            if (scanned && !/[\u0080-\uffff]/.test(request.normal_path))
              expect(found).toEqual(wanted)
          }
        },
      ),
      { numRuns: 400 },
    )
  })
})
