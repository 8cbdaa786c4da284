import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HostUnderTest } from './host.ts'
import { nodeUnderTest } from './hosts/node.ts'
import { match } from './matching.ts'
import { runCase } from './runner.ts'
import type { Case, Expectation } from './vectors.ts'
import { createWorld } from './world.ts'

const world = createWorld()
let host: HostUnderTest

beforeAll(async () => {
  host = await nodeUnderTest(world)
})
afterAll(async () => {
  await host.close()
  await world.close()
})

const file = {
  name: 'made up',
  cases: [],
  configs: {
    echo: {
      _format_version: '3.0',
      services: [{ name: 's', url: 'http://echo.test', routes: [{ name: 'r', paths: ['/x'] }] }],
    },
  },
}

const expecting = (expectation: Expectation, more: Partial<Case> = {}): Promise<string[]> =>
  runCase(host, world, file, {
    name: 'made up',
    config: 'echo',
    steps: [{ request: { path: '/x/y?a=1' }, expect: expectation }],
    expect_config_error: undefined,
    gateway: {},
    window: undefined,
    mocks: {},
    ...more,
  })

describe('the runner', () => {
  it('finds nothing wrong when all came out as recorded', async () => {
    const seen = {
      status: 200,
      route: 'r',
      service: 's',
      upstream: { path: '/y', raw_query: 'a=1' },
    }
    expect(await expecting(seen)).toEqual([])
  })

  it.each([
    ['a status', { status: 201 }],
    ['a header', { headers: { 'content-type': 'text/plain' } }],
    ['a header that should be absent', { headers: { via: null } }],
    ['a body', { body_contains: 'nowhere' }],
    ['a route', { route: 'other' }],
    ['no route', { route: null }],
    ['a path upstream', { upstream: { path: '/x/y' } }],
    ['no upstream', { upstream: null }],
    ['a query, exactly', { upstream: { query: {} } }],
    ['what it has never heard of', { colour: 'red' }],
  ])('finds that it is not as recorded: %s', async (_, expectation) => {
    expect(await expecting(expectation as Expectation)).toHaveLength(1)
  })

  it('finds a configuration that is taken though it should be refused, and the other way', async () => {
    const taken = await expecting({}, { expect_config_error: ['x'] })
    expect(taken).toEqual(['the configuration was accepted'])
    const refused = await expecting({}, { config: { _format_version: '3.0', nonsense: [] } })
    expect(refused[0]).toContain('nonsense: unknown field')
  })
})

describe('matchers', () => {
  it.each([
    [{ $regex: '^a' }, 'abc', 'b'],
    [{ $exists: true }, 0, undefined],
    [{ $contains: 'b' }, 'abc', 'ac'],
    [{ $gte: 1, $lte: 2 }, '2', '3'],
    [{ $type: 'array' }, [], {}],
    [{ $any_of: [1, 2] }, 2, 3],
    [{ $equal_set: ['a', 'b'] }, ['b', 'a'], ['a']],
    [{ a: 1, $exact: true }, { a: 1 }, { a: 1, b: 2 }],
    [
      [1, 2],
      [1, 2],
      [1, 2, 3],
    ],
    ['a, b', ['a', 'b'], ['a']],
    [null, undefined, ''],
  ])('%j takes the one and not the other', (expected, good, bad) => {
    expect(match(expected, good, 'it')).toEqual([])
    expect(match(expected, bad, 'it')).toHaveLength(1)
  })
})
