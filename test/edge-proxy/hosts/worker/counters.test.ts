import { describe, expect, it } from 'vitest'
import { isolateCounters } from '../../../../edge-proxy/hosts/worker/counters.ts'

describe('counters of an isolate', () => {
  it('count up until they expire, then begin anew', () => {
    let now = 1000
    const counters = isolateCounters(() => now)
    expect(counters.get('a')).toBe(0)
    expect(counters.add('a', 1, 2000)).toBe(1)
    expect(counters.add('a', 2, 2000)).toBe(3)
    expect(counters.get('a')).toBe(3)
    now = 2000
    expect(counters.get('a')).toBe(0)
    expect(counters.add('a', 1, 3000)).toBe(1)
  })

  it('keep keys apart', () => {
    const counters = isolateCounters(() => 0)
    counters.add('a', 5, 10)
    expect(counters.get('b')).toBe(0)
  })

  it('keep living keys while expired ones are swept', () => {
    let now = 0
    const counters = isolateCounters(() => now)
    counters.add('lives', 7, 1_000_000)
    for (let at = 0; at < 10_000; at++) {
      now = at
      counters.add(`short-${at}`, 1, at + 1)
    }
    expect(counters.get('lives')).toBe(7)
    expect(counters.get('short-1')).toBe(0)
  })
})
