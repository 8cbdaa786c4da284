/** Bytes whose escapes keep their meaning and are not decoded (RFC 3986 section 2.2, and `%` itself). */
const RESERVED = new Set([..."!*'();:@&=+$,/?%#[]"].map((character) => character.charCodeAt(0)))

/** What each escape becomes, by its two hexadecimal digits in any case. */
const DECODED = new Map<string, string>()
for (let byte = 0; byte < 256; byte++) {
  const upper = byte.toString(16).toUpperCase().padStart(2, '0')
  const becomes = RESERVED.has(byte) ? `%${upper}` : String.fromCharCode(byte)
  const [high, low] = [upper[0] as string, upper[1] as string]
  for (const first of new Set([high, high.toLowerCase()])) {
    for (const second of new Set([low, low.toLowerCase()])) DECODED.set(first + second, becomes)
  }
}

/**
 * Normal form of a path (RFC 3986 section 6.2.2): escapes of unreserved bytes are decoded, other escapes upper-cased,
 * empty and dot segments removed. Paths are byte strings: one character for each byte.
 */
export const normalizePath = (path: string): string => {
  const decoded = path.includes('%') ? decodeUnreserved(path) : path
  if (!decoded.includes('//') && !decoded.includes('/.')) return decoded
  return removeSegments(decoded)
}

/** Whether a path has more `..` than segments before them: HTTP servers answer such requests 400. */
export const climbsAboveRoot = (path: string): boolean => {
  const decoded = path.includes('%') ? decodeUnreserved(path) : path
  if (!decoded.includes('/..')) return false
  let depth = 0
  for (const segment of decoded.split('/')) {
    if (segment === '..') depth--
    else if (segment !== '' && segment !== '.') depth++
    if (depth < 0) return true
  }
  return false
}

/** A text as the bytes of its UTF-8 form, one character for each: what paths and header values are compared in. */
export const byteString = (text: string): string => {
  if (!NON_ASCII.test(text)) return text
  let bytes = ''
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte)
  return bytes
}

/** The text that a byte string spells in UTF-8; undefined when it is none. */
export const textOf = (bytes: string): string | undefined => {
  if (!NON_ASCII.test(bytes)) return bytes
  try {
    return decoder.decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)))
  } catch {
    return undefined
  }
}

const NON_ASCII = /[\u0080-\uffff]/
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const decodeUnreserved = (path: string): string => {
  let decoded = ''
  let from = 0
  for (let at = path.indexOf('%'); at >= 0; at = path.indexOf('%', at + 1)) {
    const becomes = DECODED.get(path.slice(at + 1, at + 3))
    if (becomes === undefined) continue
    decoded += path.slice(from, at) + becomes
    from = at + 3
    at += 2
  }
  return decoded + path.slice(from)
}

const removeSegments = (path: string): string => {
  const segments: string[] = []
  const parts = path.split('/')
  for (const part of parts) {
    if (part === '..') segments.pop()
    else if (part !== '.' && part !== '') segments.push(part)
  }
  const last = parts[parts.length - 1]
  const open = last === '' || last === '.' || last === '..'
  return `/${segments.join('/')}${open && segments.length > 0 ? '/' : ''}`
}
