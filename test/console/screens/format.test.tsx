import { describe, expect, it } from 'vitest'
import {
  bytesText,
  countText,
  latencyText,
  shareText,
} from '../../../console/screens/overview/format.ts'
import { ago } from '../../../console/ui/time.tsx'

describe('figures', () => {
  it.each([
    [0, '0'],
    [99_999, '99,999'],
    [1_234_567, '1.2M'],
  ])('count %d reads %s', (count, text) => expect(countText(count)).toBe(text))

  it.each([
    [null, '–'],
    [0.42, '0.4 ms'],
    [12.4, '12 ms'],
    [1234, '1.23 s'],
    [61_000, '61.0 s'],
  ])('latency %s reads %s', (ms, text) => expect(latencyText(ms)).toBe(text))

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1500, '1.5 kB'],
    [2_000_000_000, '2.0 GB'],
  ])('%d bytes read %s', (bytes, text) => expect(bytesText(bytes)).toBe(text))

  it.each([
    [0, 0, '–'],
    [0, 10, '0.0 %'],
    [1, 100_000, '<0.1 %'],
    [1, 3, '33 %'],
  ])('%d of %d is %s', (part, all, text) => expect(shareText(part, all)).toBe(text))

  it.each([
    [5, 'just now'],
    [179, '2 min. ago'],
    [7200, '2 hr. ago'],
    [-172_800, 'in 2 days'],
  ])('%d seconds ago reads %s', (seconds, text) => {
    const now = Date.UTC(2026, 10, 22)
    expect(ago(new Date(now - seconds * 1000), now)).toBe(text)
  })
})
