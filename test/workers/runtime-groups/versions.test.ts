import { runInDurableObject } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { type Version, VersionLog } from '../../../workers/modules/runtime-groups/versions.ts'
import { env } from './world.ts'

const version = (number: number, root: string, previous: string | null): Version => ({
  version: number,
  root,
  previous,
  sequence: number * 10,
  counts: { services: number },
  actors: ['Ada'],
  manifest: `jws ${number}`,
  created_at: '2026-11-22T10:00:00.000Z',
  issued_at: '2026-11-22T10:00:00.000Z',
  expires_at: '2026-12-22T10:00:00.000Z',
})

/** Versions with these roots, in a log of their own. */
const withLog = <Result>(roots: string[], run: (log: VersionLog) => Result) => {
  const object = env.GROUPS.get(env.GROUPS.idFromName(crypto.randomUUID()))
  return runInDurableObject(object, (_, { storage }) => {
    const log = new VersionLog(storage.sql)
    for (const [at, root] of roots.entries()) {
      log.append(version(at + 1, root, roots[at - 1] ?? null))
    }
    return run(log)
  })
}

describe('the log of versions', () => {
  it('answers a version as it was appended', async () => {
    const latest = await withLog(['a', 'b'], (log) => log.latest())
    expect(latest).toEqual(version(2, 'b', 'a'))
  })

  it('takes no version twice', async () => {
    await withLog(['a'], (log) => {
      expect(() => log.append(version(1, 'x', null))).toThrow('UNIQUE')
    })
  })

  it('finds the way from one content to another', async () => {
    await withLog(['a', 'b', 'c', 'd'], (log) => {
      expect(log.path('b', 'd', 16)).toEqual(['b', 'c', 'd'])
      expect(log.path('d', 'b', 16)).toBeUndefined()
      expect(log.path('x', 'd', 16)).toBeUndefined()
      expect(log.path('a', 'x', 16)).toBeUndefined()
      expect(log.path('a', 'd', 2)).toBeUndefined()
    })
  })

  it('finds the shortest way when the same content came again', async () => {
    await withLog(['a', 'b', 'a', 'c'], (log) => {
      expect(log.path('a', 'c', 16)).toEqual(['a', 'c'])
      expect(log.path('b', 'a', 16)).toEqual(['b', 'a'])
    })
  })

  it('forgets old versions, and gives up only content that no other one has', async () => {
    await withLog(['a', 'b', 'a', 'b', 'c', 'a'], (log) => {
      expect(log.prune(10)).toEqual({ roots: [], pairs: [] })
      const gone = log.prune(3)
      expect(gone.roots).toEqual([])
      expect(gone.pairs).toEqual([['b', 'a']])
      expect(log.list(100, 100).map((row) => row.version)).toEqual([6, 5, 4])
      expect(log.prune(1)).toEqual({
        roots: ['b', 'c'],
        pairs: [
          ['a', 'b'],
          ['b', 'c'],
        ],
      })
    })
  })
})
