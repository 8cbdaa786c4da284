import { describe, expect, it } from 'vitest'
import { addressSet } from '#engine/address'

describe('address sets', () => {
  it.each([
    ['10.0.0.0/8', '10.255.1.2', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '::1', true],
    ['2001:db8::/32', '2001:db8:1::5', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
  ])('%s has %s: %s', (range, address, expected) => {
    expect(addressSet([range]).has(address)).toBe(expected)
  })

  it('name the entry that is no address', () => {
    expect(() => addressSet(['10.0.0.0/8', 'localhost'])).toThrow(
      "'localhost' is not an address or a CIDR range",
    )
    const wrong = ['10.0.0.0/33', '1.2.3', '256.1.1.1', '1:2', ':::', 'a', '']
    for (const entry of wrong) expect(() => addressSet([entry])).toThrow(`'${entry}'`)
  })
})
