import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleWorker } from '../../workers/local/bundle.ts'
import { inProject } from '../../workers/local/paths.ts'
import {
  createInstance,
  instanceOptions,
  workerOptions,
} from '../../workers/local/worker-options.ts'

/** Writes the data point that it is sent, as any Worker would; GET answers what the dataset holds. */
const WRITER = `export default {
  async fetch(request, env) {
    if (request.method === 'GET') {
      return Response.json(await env.SQL.query({
        query: 'select * from points where dataset = ? order by rowid', params: ['requests'],
      }))
    }
    try {
      await env.ANALYTICS.writeDataPoint(await request.json())
      return new Response('written')
    } catch (error) {
      return new Response(error.message, { status: 400 })
    }
  },
}`

const folder = mkdtempSync(join(tmpdir(), 'tidegate-dataset-'))
let miniflare: Miniflare

const start = async () => {
  const analytics = await bundleWorker(inProject('workers/local/cloudflare/analytics.ts'))
  miniflare = createInstance({
    ...instanceOptions(folder),
    workers: [
      workerOptions('writer', WRITER, {
        ANALYTICS: {
          type: 'worker',
          worker: 'analytics',
          exportName: 'Dataset',
          props: { dataset: 'requests' },
        },
        SQL: { type: 'worker', worker: 'analytics', exportName: 'Sql' },
      }),
      workerOptions(
        'analytics',
        analytics,
        { STORE: { type: 'durable-object', worker: 'analytics', exportName: 'DatasetStore' } },
        { exports: { DatasetStore: { type: 'durable-object', storage: 'sqlite' } } },
      ),
    ],
  })
  await miniflare.ready
}

const write = async (point: unknown): Promise<string> => {
  const answer = await miniflare.dispatchFetch('http://writer', {
    method: 'POST',
    body: JSON.stringify(point),
  })
  return answer.text()
}

const held = async (): Promise<Record<string, unknown>[]> => {
  const answer = await miniflare.dispatchFetch('http://writer')
  return ((await answer.json()) as { data: Record<string, unknown>[] }).data
}

beforeAll(start)

afterAll(async () => {
  await miniflare.dispose()
  rmSync(folder, { recursive: true, force: true })
})

describe('the local dataset', () => {
  it('keeps points in the columns of Analytics Engine, over a restart too', async () => {
    expect(await write({ indexes: ['g'], blobs: ['a', 'b'], doubles: [1.5, 2] })).toBe('written')
    await miniflare.dispose()
    await start()
    expect(await held()).toMatchObject([
      { _sample_interval: 1, index1: 'g', blob1: 'a', blob2: 'b', blob3: '', double1: 1.5 },
    ])
  })

  it.each([
    ['at most 20 blobs', { blobs: Array(21).fill('x') }],
    ['at most 20 doubles', { doubles: Array(21).fill(0) }],
    ['at most 1 index', { indexes: ['a', 'b'] }],
    ['at most 96 bytes', { indexes: ['é'.repeat(49)] }],
  ])('refuses what Analytics Engine would drop: %s', async (rule, point) => {
    const before = (await held()).length
    expect(await write(point)).toContain(rule)
    expect(await held()).toHaveLength(before)
  })
})
