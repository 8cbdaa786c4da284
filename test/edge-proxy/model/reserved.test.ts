import { describe, expect, it } from 'vitest'
import { Consumer } from '#model/consumer'
import { Plugin } from '#model/plugin'

describe('texts that begin as sealed secrets do', () => {
  it('are refused wherever they stand: runtimes would try to open them', () => {
    expect(Consumer.parse({ username: 'sealed:v1:abc' })).toMatchObject({
      ok: false,
      fields: { username: "must not hold a text that begins with 'sealed:v1:'" },
    })
    const nested = { name: 'http-log', config: { headers: { a: ['sealed:v1:abc'] } } }
    expect(Plugin.parse(nested)).toMatchObject({
      ok: false,
      fields: { config: expect.stringContaining('sealed') },
    })
  })

  it('are taken when they only contain it', () => {
    expect(Consumer.parse({ username: 'is sealed:v1:abc' })).toMatchObject({ ok: true })
  })
})
