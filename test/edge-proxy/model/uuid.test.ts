import { describe, expect, it } from 'vitest'
import { uuidv5 } from '#model/uuid'

describe('uuidv5', () => {
  it('gives the id that the standard gives as its example', () => {
    // RFC 9562, appendix A.4
    expect(uuidv5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    )
  })

  it('gives different ids to different names and namespaces', () => {
    const namespace = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'
    const other = '6ba7b811-9dad-11d1-80b4-00c04fd430c8'
    const ids = [uuidv5(namespace, 'a'), uuidv5(namespace, 'b'), uuidv5(other, 'a')]
    expect(new Set(ids).size).toBe(3)
  })
})
