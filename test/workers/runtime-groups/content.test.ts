import { describe, expect, it } from 'vitest'
import type { SnapshotAnswer } from '#engine/protocol'
import { hashAll, nameOf, type SnapshotEntity } from '#engine/snapshot'
import {
  contentOf,
  contentStore,
  deltaOf,
  joinDeltas,
  snapshotKey,
} from '../../../workers/modules/runtime-groups/content.ts'
import { env } from './world.ts'

const entity = (id: string, host = 'a.test'): SnapshotEntity => ({
  kind: 'services',
  entity: { id, host },
})

const applied = (base: SnapshotEntity[], { entities, removed }: SnapshotAnswer) => {
  const held = new Map(base.map((item) => [nameOf(item), item]))
  for (const name of removed) held.delete(name)
  for (const item of entities) held.set(nameOf(item), item)
  return contentOf([...held.values()]).root
}

describe('a delta', () => {
  it('has what is new or different, and the names of what is gone', () => {
    const before = [entity('same'), entity('other'), entity('gone')]
    const after = contentOf([entity('same'), entity('other', 'b.test'), entity('new')])
    const delta = deltaOf({ root: 'r', hashes: hashAll(before) }, after)
    expect(delta).toEqual({
      base: 'r',
      entities: [entity('other', 'b.test'), entity('new')],
      removed: ['services/gone'],
    })
    expect(applied(before, delta)).toBe(after.root)
  })

  it('joins those after it, whatever came and went in between', () => {
    const states = [
      [entity('a'), entity('b')],
      [entity('a'), entity('c')],
      [entity('a', 'x.test'), entity('b')],
      [entity('b', 'y.test'), entity('c')],
    ].map(contentOf)
    const steps = states.slice(1).map((state, at) => deltaOf(states[at] ?? contentOf([]), state))
    const joined = joinDeltas(steps)
    expect(joined.base).toBe(states[0]?.root)
    expect(applied(states[0]?.entities ?? [], joined)).toBe(states[3]?.root)
    // What went and came back is put, not taken away.
    expect(joined.removed).toEqual(['services/a'])
  })
})

describe('stored content', () => {
  it('that is not what its name says is no base for a delta', async () => {
    const group = crypto.randomUUID()
    const store = contentStore(env.CONTENT, group)
    const content = contentOf([entity('a')])
    await store.put(content, undefined)
    expect(await store.hashes(content.root)).toEqual(content.hashes)

    const key = snapshotKey(group, content.root)
    const text = (await (await env.CONTENT.get(key))?.text()) ?? ''
    await env.CONTENT.put(key, text.replace('a.test', 'b.test'))
    expect(await store.hashes(content.root)).toBeUndefined()
    await env.CONTENT.put(key, text.slice(0, -5))
    expect(await store.hashes(content.root)).toBeUndefined()
    await env.CONTENT.delete(key)
    expect(await store.hashes(content.root)).toBeUndefined()
  })

  it('of one group goes without that of another', async () => {
    const [mine, other] = [crypto.randomUUID(), crypto.randomUUID()]
    const content = contentOf([entity('a')])
    for (const group of [mine, other])
      await contentStore(env.CONTENT, group).put(content, undefined)
    await contentStore(env.CONTENT, mine).clear()
    expect(await contentStore(env.CONTENT, mine).open(content.root)).toBeNull()
    expect(await contentStore(env.CONTENT, other).open(content.root)).not.toBeNull()
  })
})
