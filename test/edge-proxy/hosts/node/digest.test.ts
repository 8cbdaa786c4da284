import { describe, expect, it } from 'vitest'
import { digest } from '#engine/snapshot'
import { nodeHost } from '../../../../edge-proxy/hosts/node/host.ts'

describe('the digest of a secret', () => {
  it('is on Node what the control plane put into the snapshot', () => {
    const unused = () => {
      throw new Error('not used')
    }
    const host = nodeHost({
      clock: { now: () => 0, after: () => unused },
      log: unused,
      call: unused,
      fetch: unused,
      counters: { get: () => 0, add: () => 0 },
      record: unused,
    })
    for (const secret of ['', 'key', 'schlüssel', '鍵🔑', '\u0000', 'x'.repeat(10_000)]) {
      expect(host.digest(secret)).toBe(digest(secret))
    }
  })
})
