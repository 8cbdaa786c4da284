import { describe, expect, it } from 'vitest'
import { backoff } from '../../../../edge-proxy/hosts/shared/backoff.ts'

describe('backoff', () => {
  it('doubles from 250 ms to 15 s', () => {
    const pause = backoff(() => 0)
    expect(Array.from({ length: 9 }, () => pause.next())).toEqual([
      250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000,
    ])
  })

  it('shortens each wait by up to half, by chance', () => {
    const pause = backoff(() => 0.5)
    expect([pause.next(), pause.next()]).toEqual([187.5, 375])
  })

  it('begins anew after a success', () => {
    const pause = backoff(() => 0)
    pause.next()
    pause.next()
    pause.reset()
    expect(pause.next()).toBe(250)
  })
})
