import { describe, expect, it } from 'vitest'
import { argumentOf, argumentsOf, withoutArgument } from '#plugins/shared/arguments'
import { multipartFields, withoutPart } from '#plugins/shared/multipart'
import { windowAt } from '#plugins/shared/windows'

describe('arguments of a query or form', () => {
  it('are text, true without a value, and a list when repeated', () => {
    expect({ ...argumentsOf('a=1&b&c=&a=2&d=x%20y+z&%65=5') }).toEqual({
      a: ['1', '2'],
      b: true,
      c: '',
      d: 'x y z',
      e: '5',
    })
  })

  it('keep escapes that are none, and read UTF-8, raw or escaped', () => {
    const raw = Buffer.from('é').toString('latin1')
    expect({ ...argumentsOf(`a=100%&b=%C3%A9&c=${raw}&d=%zz`) }).toEqual({
      a: '100%',
      b: 'é',
      c: 'é',
      d: '%zz',
    })
  })

  it('cannot shadow what every object has', () => {
    expect(argumentOf('a=1', 'constructor')).toBeUndefined()
    expect(argumentOf('__proto__=1', '__proto__')).toBe('1')
  })

  it('are no more than a hundred', () => {
    const many = Array.from({ length: 150 }, (_, index) => `a${index}=1`).join('&')
    expect(Object.keys(argumentsOf(many))).toHaveLength(100)
  })

  it('go one by one without a change to the others', () => {
    expect(withoutArgument('z=%7A&k=1&%6B=2&&a', 'k')).toBe('z=%7A&&a')
    expect(withoutArgument('z=%7A', 'k')).toBe('z=%7A')
  })
})

describe('parts of a multipart body', () => {
  const body =
    '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' +
    '--B\r\nContent-Disposition: form-data; name="f"; filename="x"\r\nContent-Type: a/b\r\n\r\n\xff\r\n--B--\r\n'

  it('are found by name', () => {
    expect({ ...multipartFields(body, 'multipart/form-data; boundary="B"') }).toEqual({
      a: '1',
      f: '\xff',
    })
  })

  it('go with their delimiter', () => {
    expect(withoutPart(body, 'multipart/form-data; boundary=B', 'a')).toBe(
      body.slice(body.indexOf('--B', 1)),
    )
  })

  it('are none without a boundary, or in a body that breaks off', () => {
    expect({ ...multipartFields(body, 'multipart/form-data') }).toEqual({})
    expect({ ...multipartFields(body.slice(0, 30), 'x; boundary=B') }).toEqual({})
  })
})

describe('windows', () => {
  it.each([
    ['second', '2028-02-29T23:59:59.500Z', '2028-02-29T23:59:59Z', '2028-03-01T00:00:00Z'],
    ['minute', '2028-02-29T23:59:59.500Z', '2028-02-29T23:59:00Z', '2028-03-01T00:00:00Z'],
    ['hour', '2028-02-29T23:00:00.000Z', '2028-02-29T23:00:00Z', '2028-03-01T00:00:00Z'],
    ['day', '2028-02-29T00:00:00.000Z', '2028-02-29T00:00:00Z', '2028-03-01T00:00:00Z'],
    ['month', '2028-02-29T12:00:00.000Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
    ['month', '2027-12-31T23:59:59.999Z', '2027-12-01T00:00:00Z', '2028-01-01T00:00:00Z'],
    ['year', '2028-02-29T12:00:00.000Z', '2028-01-01T00:00:00Z', '2029-01-01T00:00:00Z'],
  ] as const)('the %s of %s is from %s to %s', (period, now, start, end) => {
    expect(windowAt(period, Date.parse(now))).toEqual({
      start: Date.parse(start),
      end: Date.parse(end),
    })
  })
})
