/** One element of DER (X.690): its tag, and where its content lies. */
export interface Element {
  tag: number
  bytes: Uint8Array
}

export const TAG = { boolean: 1, integer: 2, bits: 3, octets: 4, oid: 6, utcTime: 23, time: 24 }

/** The elements that lie side by side in these bytes. Throws RangeError when they are none. */
export const elementsOf = (bytes: Uint8Array): Element[] => {
  const elements: Element[] = []
  let at = 0
  while (at < bytes.length) {
    const tag = byteAt(bytes, at)
    let length = byteAt(bytes, at + 1)
    at += 2
    if (length >= 0x80) {
      const size = length & 0x7f
      if (size === 0 || size > 4) throw new RangeError('bad length')
      length = 0
      for (let index = 0; index < size; index++) length = length * 256 + byteAt(bytes, at++)
    }
    if (at + length > bytes.length) throw new RangeError('content cut off')
    elements.push({ tag, bytes: bytes.subarray(at, at + length) })
    at += length
  }
  return elements
}

/** The elements inside the nth of these. Throws RangeError when there is none. */
export const within = (elements: Element[], index: number): Element[] =>
  elementsOf(nth(elements, index).bytes)

export const nth = (elements: Element[], index: number): Element => {
  const element = elements[index]
  if (!element) throw new RangeError('element missing')
  return element
}

/** An object identifier, dotted. */
export const oidOf = ({ bytes }: Element): string => {
  const parts: number[] = []
  let value = 0
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      if (parts.length === 0) parts.push(Math.min(Math.floor(value / 40), 2))
      parts.push(parts.length === 1 ? value - (parts[0] as number) * 40 : value)
      value = 0
    }
  }
  return parts.join('.')
}

/** A point in time, in epoch milliseconds. Two-digit years up to 49 are of this century (RFC 5280 section 4.1.2.5.1). */
export const timeOf = ({ tag, bytes }: Element): number => {
  const text = String.fromCharCode(...bytes)
  const full = tag === TAG.time ? text : `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}`
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?Z$/.exec(full)
  if (!parts) throw new RangeError('bad time')
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0))
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

const byteAt = (bytes: Uint8Array, at: number): number => {
  const byte = bytes[at]
  if (byte === undefined) throw new RangeError('content cut off')
  return byte
}
