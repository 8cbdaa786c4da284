import { describe, expect, it } from 'vitest'
import { deliveryOf, received } from '../../../../edge-proxy/hosts/node/received.ts'
import type { Candidate } from '../../../../edge-proxy/hosts/shared/candidate.ts'
import { service } from '../shared/setup.ts'

const first: Candidate = {
  version: 1,
  root: 'root-1',
  entities: [service(1), service(2)],
  change: undefined,
}
const second: Candidate = {
  version: 2,
  root: 'root-2',
  entities: [service(1), service(3)],
  change: { base: 'root-1', put: [service(3)], removed: [`services/${service(2).entity.id}`] },
}

describe('a snapshot on its way to a worker process', () => {
  it('goes as a change to who has what it changes', () => {
    expect(deliveryOf(second, 'root-1')).toEqual({
      version: 2,
      root: 'root-2',
      base: 'root-1',
      put: [service(3)],
      removed: [`services/${service(2).entity.id}`],
    })
  })

  it('goes whole to who has nothing or something else', () => {
    for (const has of [undefined, 'root-0']) {
      expect(deliveryOf(second, has)).toMatchObject({
        base: null,
        put: second.entities,
        removed: [],
      })
    }
  })

  it('is the same whichever way it came', () => {
    const changed = received()
    changed.keep(changed.candidate(deliveryOf(first, undefined)))
    const whole = received()
    expect(changed.candidate(deliveryOf(second, 'root-1')).entities).toEqual(
      whole.candidate(deliveryOf(second, undefined)).entities,
    )
  })

  it('leaves what is in use alone until it is kept', () => {
    const side = received()
    side.keep(side.candidate(deliveryOf(first, undefined)))
    side.candidate(deliveryOf(second, 'root-1'))
    const third = { version: 3, root: 'root-3', base: 'root-1', put: [service(4)], removed: [] }
    expect(side.candidate(third).entities).toEqual([service(1), service(2), service(4)])
  })
})
