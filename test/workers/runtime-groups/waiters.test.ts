import { describe, expect, it } from 'vitest'
import { Waiters } from '../../../workers/modules/runtime-groups/waiters.ts'
import { fakePace } from './pace.ts'

const begin = () => {
  const pace = fakePace()
  const waiters = new Waiters(pace)
  const ended: string[] = []
  const wait = (name: string, ms: number) => {
    void waiters.wait(ms).then(() => ended.push(name))
  }
  return { pace, waiters, ended, wait }
}

describe('waiters', () => {
  it('all go when they are woken', async () => {
    const { pace, waiters, ended, wait } = begin()
    for (let at = 0; at < 1000; at++) wait(String(at), 25_000)
    expect(waiters.size).toBe(1000)
    waiters.wake()
    await pace.pass(0)
    expect(ended).toHaveLength(1000)
    expect(waiters.size).toBe(0)
  })

  it('go by themselves, each at its own time', async () => {
    const { pace, ended, wait } = begin()
    wait('long', 25_000)
    wait('short', 1000)
    wait('middle', 5000)
    await pace.pass(999)
    expect(ended).toEqual([])
    await pace.pass(1)
    expect(ended).toEqual(['short'])
    await pace.pass(4000)
    expect(ended).toEqual(['short', 'middle'])
    await pace.pass(20_000)
    expect(ended).toEqual(['short', 'middle', 'long'])
  })

  it('need one timer together when they wait equally long', async () => {
    const { pace, wait } = begin()
    for (let at = 0; at < 100; at++) {
      wait(String(at), 25_000)
      await pace.pass(1)
    }
    expect(pace.timers).toBe(1)
  })

  it('that come after a wake-up are not ended by the timer of those before', async () => {
    const { pace, waiters, ended, wait } = begin()
    wait('before', 1000)
    waiters.wake()
    await pace.pass(500)
    wait('after', 1000)
    await pace.pass(500)
    expect(ended).toEqual(['before'])
    await pace.pass(500)
    expect(ended).toEqual(['before', 'after'])
  })
})
