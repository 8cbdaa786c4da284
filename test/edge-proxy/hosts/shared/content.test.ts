import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashAll, hashBuckets, nameOf, rootOf } from '../../../../edge-proxy/engine/snapshot.ts'
import { changedContent, wholeContent } from '../../../../edge-proxy/hosts/shared/content.ts'
import { service } from './setup.ts'

const services = fc.uniqueArray(
  fc.record({ number: fc.integer({ min: 1, max: 40 }), host: fc.constantFrom('a', 'b') }),
  { selector: ({ number }) => number, maxLength: 40 },
)

describe('content', () => {
  it('has the root that its entities hash to', () => {
    const entities = [service(1), service(2)]
    expect(wholeContent(entities).root).toBe(rootOf(hashBuckets(hashAll(entities))))
    expect(wholeContent([]).root).toBe(rootOf(hashBuckets(new Map())))
  })

  it('ends with the same root by changes as when it comes whole', () => {
    fc.assert(
      fc.property(services, services, (before, after) => {
        const old = before.map(({ number, host }) => service(number, host))
        const now = after.map(({ number, host }) => service(number, host))
        const known = hashAll(old)
        const fresh = hashAll(now)
        const change = {
          entities: now.filter((item) => known.get(nameOf(item)) !== fresh.get(nameOf(item))),
          removed: [...known.keys()].filter((name) => !fresh.has(name)),
        }
        const changed = changedContent(wholeContent(old), change)
        expect(changed.root).toBe(wholeContent(now).root)
        expect(new Set(changed.entities.keys())).toEqual(new Set(fresh.keys()))
      }),
      { numRuns: 30 },
    )
  })

  it('is not touched by what is made of it', () => {
    const before = wholeContent([service(1), service(2)])
    const { root } = before
    changedContent(before, { entities: [service(1, 'other')], removed: [nameOf(service(2))] })
    expect(before.root).toBe(root)
    expect(before.entities.size).toBe(2)
    expect(changedContent(before, { entities: [], removed: [] }).root).toBe(root)
  })
})
