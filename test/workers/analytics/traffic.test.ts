import { afterEach, describe, expect, it, vi } from 'vitest'
import { addPoint, keyOfPoint, type Point, pointOf } from '#engine/point'
import type { TrafficRecord } from '#engine/record'
import type { Env } from '#workers/env'
import type { Traffic } from '../../../workers/modules/analytics/traffic.ts'
import { newGroup, newRuntime, newWorld, type World } from '../runtime-groups/world.ts'
import { newDataset } from './dataset.ts'

const begin = async () => {
  const world = await newWorld({}, newDataset())
  const group = await newGroup(world, 'g')
  return { world, group, runtime: await newRuntime(world, group) }
}

const traffic = async (world: World, query = '', group = 'g'): Promise<Traffic> => {
  const answer = await world.call('GET', `/v2/runtime-groups/${group}/traffic${query}`)
  expect(answer.status).toBe(200)
  return answer.json()
}

const record = (about: Partial<TrafficRecord>): TrafficRecord => ({
  at: Date.now(),
  route: 'r1',
  service: 's1',
  consumer: undefined,
  method: 'GET',
  status: 200,
  source: 'upstream',
  latency: 10,
  gateway_latency: 1,
  upstream_latency: 9,
  request_bytes: 100,
  response_bytes: 1000,
  fault: undefined,
  ...about,
})

/** As the Node host merges them. */
const merged = (records: TrafficRecord[]): Point[] => {
  const points = new Map<string, Point>()
  for (const point of records.map(pointOf)) {
    const sum = points.get(keyOfPoint(point))
    if (sum) addPoint(sum, point)
    else points.set(keyOfPoint(point), point)
  }
  return [...points.values()]
}

const send = async (
  { records }: Awaited<ReturnType<typeof newRuntime>>,
  traffic_: TrafficRecord[],
) => {
  const points = merged(traffic_)
  for (let at = 0; at < points.length; at += 250) {
    const answer = await records({ points: points.slice(at, at + 250), dropped: 0 })
    expect(answer.status).toBe(204)
  }
}

/** The value that this share of the others does not exceed. */
const exact = (values: number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] as number

afterEach(() => vi.restoreAllMocks())

describe('traffic of a group', () => {
  it('is nothing at first: zeros, no latencies, every stretch of the range', async () => {
    const { world } = await begin()
    const answer = await traffic(world)
    const none = { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 }
    expect(answer.totals).toEqual({
      requests: 0,
      by_class: none,
      p50: null,
      p95: null,
      p99: null,
      request_bytes: 0,
      response_bytes: 0,
    })
    expect(answer.series).toHaveLength(90)
    expect(answer.step_seconds).toBe(10)
    expect(answer.series[0]?.at).toBe(answer.from)
    expect(Date.parse(answer.to)).toBeGreaterThan(world.now())
  })

  it('adds up, merged points as well as single ones', async () => {
    const { world, runtime } = await begin()
    const at = world.now()
    const statuses = [200, 200, 201, 301, 404, 404, 404, 500, 502, 101]
    await send(
      runtime,
      statuses.flatMap((status) => Array.from({ length: 7 }, () => record({ at, status }))),
    )
    await send(runtime, [record({ at: at - 60_000, status: 200, method: 'POST' })])

    const { totals, series } = await traffic(world)
    expect(totals).toMatchObject({
      requests: 71,
      by_class: { '1xx': 7, '2xx': 22, '3xx': 7, '4xx': 21, '5xx': 14 },
      request_bytes: 7100,
      response_bytes: 71_000,
    })
    const busy = series.filter(({ requests }) => requests > 0)
    expect(busy.map(({ requests }) => requests)).toEqual([1, 70])
    const [before, latest] = busy
    expect(Date.parse(latest?.at ?? '')).toBe(Math.floor(at / 10_000) * 10_000)
    expect(Date.parse(latest?.at ?? '') - Date.parse(before?.at ?? '')).toBe(60_000)
    expect(before?.p50).toBeCloseTo(10, 0)
  })

  it('has percentiles within 1 % of the exact ones', async () => {
    const { world, runtime } = await begin()
    const at = world.now()
    let seed = 7
    const chance = () => {
      seed = (seed * 16_807) % 2_147_483_647
      return seed / 2_147_483_647
    }
    // From 0.2 ms to about 4 s, most of it short.
    const latencies = Array.from({ length: 3000 }, () => 0.2 * Math.exp(chance() ** 2 * 9.9))
    await send(
      runtime,
      latencies.map((latency) => record({ at, latency })),
    )
    const { totals } = await traffic(world)
    expect(totals.requests).toBe(3000)
    for (const [name, share] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const truth = exact(latencies, share)
      expect(Math.abs((totals[name] ?? 0) - truth) / truth, name).toBeLessThanOrEqual(0.01 + 1e-9)
    }
  })

  it('is told apart by route and service, the busiest first', async () => {
    const { world, runtime } = await begin()
    const at = world.now()
    await send(runtime, [
      ...Array.from({ length: 5 }, () => record({ at, route: 'r2', service: 's1', latency: 100 })),
      ...Array.from({ length: 3 }, () => record({ at, route: 'r1', service: 's1', latency: 10 })),
      record({ at, route: undefined, service: undefined, status: 404, source: 'exit' }),
    ])
    const { by_route, by_service } = await traffic(world, '?by=route,service')
    expect(by_route?.map(({ id, requests }) => [id, requests])).toEqual([
      ['r2', 5],
      ['r1', 3],
      ['', 1],
    ])
    expect(by_route?.[0]?.p99).toBeCloseTo(100, -1)
    expect(by_route?.[1]?.p99).toBeCloseTo(10, 0)
    expect(by_service?.map(({ id, requests }) => [id, requests])).toEqual([
      ['s1', 8],
      ['', 1],
    ])
    expect((await traffic(world)).by_route).toBeUndefined()
    expect((await traffic(world, '?route=r1')).totals.requests).toBe(3)
    expect((await traffic(world, `?node=${crypto.randomUUID()}`)).totals.requests).toBe(0)
    const { node_id } = runtime.registration
    expect((await traffic(world, `?node=${node_id}&service=s1`)).totals.requests).toBe(8)
  })

  it('belongs to its group, and to its time', async () => {
    const { world, runtime } = await begin()
    await newGroup(world, 'other')
    await send(runtime, [record({ at: world.now() })])
    expect((await traffic(world, '', 'other')).totals.requests).toBe(0)
    expect((await traffic(world)).totals.requests).toBe(1)
    world.pass(16 * 60_000)
    expect((await traffic(world)).totals.requests).toBe(0)
    expect((await traffic(world, '?range=1h')).totals.requests).toBe(1)
    expect((await traffic(world, '?range=7d')).series).toHaveLength(168)
    expect((await traffic(world, '?range=24h')).series).toHaveLength(144)
  })
})

describe('traffic refuses', () => {
  it('a range that there is not, and what cannot be an id', async () => {
    const { world } = await begin()
    for (const query of ['range=2h', 'by=colour', "route='"]) {
      const answer = await world.call('GET', `/v2/runtime-groups/g/traffic?${query}`)
      expect(answer.status, query).toBe(400)
    }
  })

  it('nobody and tells viewers', async () => {
    const { world } = await begin()
    const path = '/v2/runtime-groups/g/traffic'
    expect((await world.call('GET', path, { token: '' })).status).toBe(401)
    expect((await world.call('GET', path, { token: 'viewer' })).status).toBe(200)
  })

  it('with 503 when no dataset can be read', async () => {
    const world = await newWorld()
    await newGroup(world, 'g')
    const answer = await world.call('GET', '/v2/runtime-groups/g/traffic')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      detail: expect.stringContaining('CLOUDFLARE_ANALYTICS_TOKEN'),
    })
  })
})

describe('Analytics Engine', () => {
  const account = { CLOUDFLARE_ACCOUNT_ID: 'acc', CLOUDFLARE_ANALYTICS_TOKEN: 'secret' }

  const inProduction = async (answer: (query: string) => Response) => {
    const world = await newWorld({}, account satisfies Partial<Env>)
    await newGroup(world, 'g')
    const asked: { url: string; token: string | null; query: string }[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const request = new Request(input as string, init as RequestInit)
      const query = await request.text()
      asked.push({ url: request.url, token: request.headers.get('authorization'), query })
      return answer(query)
    })
    return { world, asked }
  }

  it('is asked over its SQL API, with the token of the account', async () => {
    const { world, asked } = await inProduction((query) => {
      const at = Math.floor(world.now() / 10_000) * 10
      return Response.json({
        data: query.includes('status')
          ? [{ at, status: '204', requests: 12, request_bytes: '5', response_bytes: '6' }]
          : [{ at, bucket: 100, requests: 12 }],
      })
    })
    const { totals } = await traffic(world)
    expect(totals).toMatchObject({ requests: 12, by_class: { '2xx': 12 }, request_bytes: 5 })
    expect(totals.p50).toBeGreaterThan(0)
    expect(asked).toHaveLength(2)
    for (const { url, token, query } of asked) {
      expect(url).toBe('https://api.cloudflare.com/client/v4/accounts/acc/analytics_engine/sql')
      expect(token).toBe('Bearer secret')
      expect(query).toMatch(/^SELECT .* FROM tidegate_requests WHERE .* FORMAT JSON$/)
    }
  })

  it('that refuses makes 503, and what it says stays here', async () => {
    const { world } = await inProduction(() => new Response('token secret is bad', { status: 403 }))
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const answer = await world.call('GET', '/v2/runtime-groups/g/traffic')
    expect(answer.status).toBe(503)
    expect(await answer.text()).not.toContain('secret')
  })
})

describe('records', () => {
  it('that are odd are kept in part, not refused: others come behind them', async () => {
    const { world, runtime } = await begin()
    const [point] = merged([record({ at: world.now() + 86_400_000, method: 'X'.repeat(5000) })])
    const answer = await runtime.records({ points: [point], dropped: 3 })
    expect(answer.status).toBe(204)
    expect((await traffic(world)).totals.requests).toBe(1)
  })

  it('that are too many at once, or none at all, are refused', async () => {
    const { runtime, world } = await begin()
    const [point] = merged([record({ at: world.now() })])
    const many = { points: Array(251).fill(point), dropped: 0 }
    expect((await runtime.records(many)).status).toBe(400)
    expect((await runtime.records({ points: [{ ...point, count: -1 }], dropped: 0 })).status).toBe(
      400,
    )
    expect((await runtime.records({})).status).toBe(400)
  })

  it('are not taken while the dataset is away', async () => {
    const dataset = newDataset()
    const world = await newWorld({}, dataset)
    const runtime = await newRuntime(world, await newGroup(world))
    const [point] = merged([record({ at: world.now() })])
    vi.spyOn(console, 'error').mockImplementation(() => {})
    vi.spyOn(dataset.ANALYTICS, 'writeDataPoint').mockImplementationOnce(() => {
      throw new Error('away')
    })
    expect((await runtime.records({ points: [point], dropped: 0 })).status).toBe(503)
    expect((await runtime.records({ points: [point], dropped: 0 })).status).toBe(204)
  })
})
