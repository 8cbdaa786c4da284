import { createRoot, createSignal } from 'solid-js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createQuery, type Query, type QueryOptions } from '../../../console/data/query.ts'

type Item = { id: string; seen: number }

/** A query whose answers the test gives, one by one. */
const asked = (options: QueryOptions = {}) => {
  const waiting: { key: string; answer(items: Item[]): void; fail(error: Error): void }[] = []
  return createRoot((dispose) => {
    const [key, setKey] = createSignal<string | undefined>('a')
    const query: Query<Item[]> = createQuery(
      key,
      (now) =>
        new Promise<Item[]>((answer, fail) => {
          waiting.push({ key: now, answer, fail })
        }),
      options,
    )
    return { query, setKey, waiting, dispose }
  })
}
const settle = () => new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)))

beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => vi.useRealTimers())

describe('a query', () => {
  it('loads once for a key, and again when the key changes', async () => {
    const { query, setKey, waiting, dispose } = asked()
    expect(query.loading()).toBe(true)
    waiting[0]?.answer([{ id: '1', seen: 1 }])
    await settle()
    expect(query.data()).toEqual([{ id: '1', seen: 1 }])
    setKey('a')
    setKey('b')
    expect(waiting.map(({ key }) => key)).toEqual(['a', 'b'])
    expect(query.data()).toBeUndefined()
    dispose()
  })

  it('drops an answer that comes after the key has changed', async () => {
    const { query, setKey, waiting, dispose } = asked()
    setKey('b')
    waiting[1]?.answer([{ id: 'new', seen: 1 }])
    waiting[0]?.answer([{ id: 'old', seen: 1 }])
    await settle()
    expect(query.data()?.map(({ id }) => id)).toEqual(['new'])
    dispose()
  })

  it('keeps the last answer while the next is on its way, if asked to', async () => {
    const { query, setKey, waiting, dispose } = asked({ keep: true })
    waiting[0]?.answer([{ id: '1', seen: 1 }])
    await settle()
    setKey('b')
    expect(query.data()?.length).toBe(1)
    expect(query.loading()).toBe(true)
    dispose()
  })

  it('asks nothing without a key', () => {
    const { setKey, waiting, dispose } = asked()
    setKey(undefined)
    expect(waiting.map(({ key }) => key)).toEqual(['a'])
    dispose()
  })

  it('keeps the identity of what stayed the same when it refreshes', async () => {
    const { query, waiting, dispose } = asked()
    waiting[0]?.answer([
      { id: '1', seen: 1 },
      { id: '2', seen: 1 },
    ])
    await settle()
    const before = query.data()?.[1]
    void query.refresh()
    waiting[1]?.answer([
      { id: '1', seen: 2 },
      { id: '2', seen: 1 },
    ])
    await settle()
    expect(query.data()?.[1]).toBe(before)
    expect(query.data()?.[0]?.seen).toBe(2)
    dispose()
  })

  it('tells of a failure, and forgets it with the next answer', async () => {
    const { query, waiting, dispose } = asked()
    waiting[0]?.fail(new Error('away'))
    await settle()
    expect(query.error()).toEqual(new Error('away'))
    expect(query.loading()).toBe(false)
    void query.refresh()
    waiting[1]?.answer([])
    await settle()
    expect(query.error()).toBeUndefined()
    dispose()
  })

  it('refreshes by itself until it is disposed of', async () => {
    const { waiting, dispose } = asked({ everyMs: 5_000 })
    vi.advanceTimersByTime(10_000)
    expect(waiting).toHaveLength(3)
    dispose()
    vi.advanceTimersByTime(10_000)
    expect(waiting).toHaveLength(3)
  })
})
