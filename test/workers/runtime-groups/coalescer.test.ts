import { describe, expect, it } from 'vitest'
import { Coalescer } from '../../../workers/modules/runtime-groups/coalescer.ts'
import { fakePace } from './pace.ts'

const GAP = 200

const begin = () => {
  const pace = fakePace()
  const began: number[] = []
  const ends: (() => void)[] = []
  const work = () => {
    began.push(pace.now())
    const run = began.length
    return new Promise<number>((resolve) => ends.push(() => resolve(run)))
  }
  return { pace, began, end: () => ends.shift()?.(), coalescer: new Coalescer(work, GAP, pace) }
}

describe('a coalescer', () => {
  it('runs at once when nothing ran lately', async () => {
    const { pace, began, end, coalescer } = begin()
    const outcome = coalescer.ask()
    await pace.pass(0)
    expect(began).toHaveLength(1)
    end()
    expect(await outcome).toBe(1)
  })

  it('makes one run of all that is asked while one is under way, after the gap', async () => {
    const { pace, began, end, coalescer } = begin()
    const first = coalescer.ask()
    await pace.pass(0)
    const later = Array.from({ length: 50 }, () => coalescer.ask())
    end()
    expect(await first).toBe(1)
    await pace.pass(GAP - 1)
    expect(began).toHaveLength(1)
    await pace.pass(1)
    expect(began).toHaveLength(2)
    end()
    expect(new Set(await Promise.all(later))).toEqual(new Set([2]))
  })

  it('never answers from a run that began before it was asked', async () => {
    const { pace, end, coalescer } = begin()
    const first = coalescer.ask()
    await pace.pass(GAP)
    const second = coalescer.ask()
    end()
    await pace.pass(GAP)
    end()
    expect([await first, await second]).toEqual([1, 2])
  })

  it('never runs twice at once, however long a run takes', async () => {
    const { pace, began, end, coalescer } = begin()
    void coalescer.ask()
    await pace.pass(0)
    void coalescer.ask()
    await pace.pass(10 * GAP)
    expect(began).toHaveLength(1)
    end()
    await pace.pass(0)
    expect(began).toHaveLength(2)
  })
})
