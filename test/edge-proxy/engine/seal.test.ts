import { describe, expect, it } from 'vitest'
import { isSealed, newSealingKey, sealer } from '#engine/seal'

describe('sealed secrets', () => {
  it('open with the key of the group, and say the same for the same text', async () => {
    const { seal, open } = await sealer(newSealingKey())
    const sealed = await seal('-----BEGIN KEY----- ä')
    expect(isSealed(sealed)).toBe(true)
    expect(sealed).not.toContain('BEGIN')
    expect(await seal('-----BEGIN KEY----- ä')).toBe(sealed)
    expect(await open(sealed)).toBe('-----BEGIN KEY----- ä')
  })

  it('do not open with another key, nor when a byte was changed', async () => {
    const { seal, open } = await sealer(newSealingKey())
    const other = await sealer(newSealingKey())
    const sealed = await seal('secret')
    await expect(other.open(sealed)).rejects.toThrow()
    const last = sealed.endsWith('A') ? 'B' : 'A'
    await expect(open(sealed.slice(0, -2) + last + sealed.slice(-1))).rejects.toThrow()
  })
})
