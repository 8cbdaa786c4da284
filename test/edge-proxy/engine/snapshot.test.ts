import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bucketOf,
  canonicalJson,
  hashAll,
  hashBuckets,
  rootOf,
  type SnapshotEntity,
  sha256Hex,
} from '#engine/snapshot'

const entity = (id: string, rest: Record<string, unknown> = {}): SnapshotEntity => ({
  kind: 'services',
  entity: { id, ...rest },
})

const root = (entities: SnapshotEntity[]) => rootOf(hashBuckets(hashAll(entities)))

describe('canonical JSON', () => {
  it('is the form of RFC 8785: sorted names, no spaces, shortest numbers', () => {
    const value = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27],
      string: '€$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    }
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('sorts names by UTF-16 code units', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6']
    const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])))
    const places = ['\\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'].map(
      (name) => text.indexOf(`"${name}"`),
    )
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBe(1)
  })

  it('says the same for the same value whatever the order of its members, and reads back as that value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(Object.fromEntries(Object.entries(value).reverse()))).toBe(text)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('the root of a snapshot', () => {
  it('does not depend on the order of entities', () => {
    const entities = Array.from({ length: 50 }, (_, at) => entity(`e${at}`, { port: at }))
    expect(root([...entities].reverse())).toBe(root(entities))
  })

  it('changes with every byte of every entity', () => {
    const before = [entity('a', { host: 'x' }), entity('b', { host: 'y' })]
    expect(root([entity('a', { host: 'x' }), entity('b', { host: 'z' })])).not.toBe(root(before))
    expect(root([entity('a', { host: 'x' })])).not.toBe(root(before))
    expect(root([...before, entity('c')])).not.toBe(root(before))
  })

  it('one changed entity costs one bucket', () => {
    const entities = Array.from({ length: 400 }, (_, at) => entity(`e${at}`))
    const before = hashBuckets(hashAll(entities))
    const after = hashBuckets(hashAll([...entities.slice(1), entity('e0', { changed: true })]))
    const changed = after.flatMap((hash, at) => (hash === before[at] ? [] : [at]))
    expect(changed).toEqual([bucketOf('services/e0')])
  })

  it('of nothing is the hash of 256 empty buckets', () => {
    expect(root([])).toBe(sha256Hex(sha256Hex('').repeat(256)))
  })
})
