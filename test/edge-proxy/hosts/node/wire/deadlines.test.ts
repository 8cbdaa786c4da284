import { describe, expect, it } from 'vitest'
import { Deadlines, type Watched } from '#hosts/node/wire/deadlines'

const setup = () => {
  const state = { now: 1000, sweep: undefined as (() => void) | undefined }
  const deadlines = new Deadlines(50, {
    now: () => state.now,
    every(_ms, run) {
      state.sweep = run
      return () => {
        state.sweep = undefined
      }
    },
  })
  const expired: string[] = []
  const watch = (name: string, ms: number) => {
    const item: Watched = { deadline: 0, expire: () => expired.push(name) }
    deadlines.watch(item)
    item.deadline = deadlines.in(ms)
    return item
  }
  const pass = (ms: number) => {
    for (let at = 0; at < ms; at += 50) {
      state.now += 50
      state.sweep?.()
    }
  }
  return { state, deadlines, expired, watch, pass }
}

describe('deadlines', () => {
  it('expire once, never early, and within two sweeps', () => {
    const { expired, watch, pass } = setup()
    watch('a', 100)
    watch('b', 300)
    pass(100)
    expect(expired).toEqual([])
    pass(50)
    expect(expired).toEqual(['a'])
    pass(1000)
    expect(expired).toEqual(['a', 'b'])
  })

  it('count from now, also when nobody was watched for long', () => {
    const { state, deadlines, expired, watch, pass } = setup()
    deadlines.forget(watch('before', 100))
    state.now += 1_000_000
    const item: Watched = { deadline: deadlines.in(100), expire: () => expired.push('after') }
    deadlines.watch(item)
    pass(100)
    expect(expired).toEqual([])
    pass(100)
    expect(expired).toEqual(['after'])
  })

  it('can be moved and lifted', () => {
    const { deadlines, expired, watch, pass } = setup()
    const moved = watch('moved', 100)
    const lifted = watch('lifted', 100)
    pass(50)
    moved.deadline = deadlines.in(1000)
    lifted.deadline = 0
    pass(900)
    expect(expired).toEqual([])
    pass(200)
    expect(expired).toEqual(['moved'])
  })

  it('do not punish others for a process that was held up', () => {
    const { state, expired, watch, pass } = setup()
    watch('a', 200)
    state.now += 5000
    state.sweep?.()
    expect(expired).toEqual([])
    pass(250)
    expect(expired).toEqual(['a'])
  })

  it('keep no timer when nobody is watched', () => {
    const { state, deadlines, watch } = setup()
    expect(state.sweep).toBeUndefined()
    const item = watch('a', 100)
    expect(state.sweep).toBeDefined()
    deadlines.forget(item)
    expect(state.sweep).toBeUndefined()
  })
})
