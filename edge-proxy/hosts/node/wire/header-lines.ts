import { HeaderList } from '#engine/headers'
import { COLON, CR, LF, SPACE, TAB, tokenBytes, valueBytes } from './characters.ts'

/** What the header lines say of the message itself. Counts matter: a repeated framing line is an attack. */
export interface HeaderFacts {
  headers: HeaderList
  hosts: number
  host: string
  lengths: number
  length: string
  encodings: number
  encoding: string
  /** `close` and `keep-alive` among the Connection options. */
  close: boolean
  keepAlive: boolean
  /** `Expect: 100-continue`. */
  expects: boolean
}

const PLAIN = 0
const HOST = 1
const LENGTH = 2
const ENCODING = 3
const CONNECTION = 4
const EXPECT = 5

const meanings: Record<string, number> = {
  host: HOST,
  'content-length': LENGTH,
  'transfer-encoding': ENCODING,
  connection: CONNECTION,
  expect: EXPECT,
}

interface KnownName {
  key: string
  meaning: number
}

/**
 * Names seen so far, by spelling. Bounded: when strangers have filled it with made-up names it starts anew, so that it
 * is a cache and never a leak.
 */
const known = new Map<string, KnownName>()
const KNOWN_NAMES = 2048
const KNOWN_LENGTH = 64

const learn = (name: string): KnownName => {
  const key = name.toLowerCase()
  const entry = { key, meaning: meanings[key] ?? PLAIN }
  if (name.length <= KNOWN_LENGTH) {
    if (known.size >= KNOWN_NAMES) known.clear()
    // A copy of its own: a slice would keep the whole head that it came from alive.
    known.set(Buffer.from(name, 'latin1').toString('latin1'), entry)
  }
  return entry
}

/**
 * Reads header lines from `from` to `to`, which is behind the CRLF of the last line. `text` is the same bytes as latin1.
 * Undefined when a line is malformed by RFC 9112 section 5 (no fold, no space before the colon, no control characters)
 * or there are more than `most`.
 */
export const readHeaderLines = (
  bytes: Uint8Array,
  text: string,
  from: number,
  to: number,
  most: number,
): HeaderFacts | undefined => {
  const headers = new HeaderList()
  const facts: HeaderFacts = {
    headers,
    hosts: 0,
    host: '',
    lengths: 0,
    length: '',
    encodings: 0,
    encoding: '',
    close: false,
    keepAlive: false,
    expects: false,
  }
  const { keys, names, values } = headers
  let at = from
  while (at < to) {
    const start = at
    while (tokenBytes[bytes[at] as number] === 1) at++
    if (at === start || bytes[at] !== COLON) return undefined
    const name = text.slice(start, at)
    at++
    while (bytes[at] === SPACE || bytes[at] === TAB) at++
    const begin = at
    while (valueBytes[bytes[at] as number] === 1) at++
    if (bytes[at] !== CR || bytes[at + 1] !== LF) return undefined
    let end = at
    while (end > begin && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end--
    at += 2
    if (keys.length === most) return undefined
    const value = text.slice(begin, end)
    const entry = known.get(name) ?? learn(name)
    keys.push(entry.key)
    names.push(name)
    values.push(value)
    if (entry.meaning !== PLAIN) note(facts, entry.meaning, value)
  }
  return at === to ? facts : undefined
}

const note = (facts: HeaderFacts, meaning: number, value: string): void => {
  switch (meaning) {
    case HOST:
      facts.hosts++
      facts.host = value
      break
    case LENGTH:
      facts.lengths++
      facts.length = value
      break
    case ENCODING:
      facts.encodings++
      facts.encoding = value
      break
    case CONNECTION:
      noteConnection(facts, value)
      break
    case EXPECT:
      if (value.toLowerCase() === '100-continue') facts.expects = true
      break
  }
}

const noteConnection = (facts: HeaderFacts, value: string): void => {
  if (value === 'keep-alive') facts.keepAlive = true
  else if (value === 'close') facts.close = true
  else {
    for (const option of value.toLowerCase().split(',')) {
      const name = option.trim()
      if (name === 'close') facts.close = true
      else if (name === 'keep-alive') facts.keepAlive = true
    }
  }
}

/**
 * A Content-Length as a number; undefined unless it is 1 to 15 digits. Signs, spaces, lists and hexadecimal are what
 * smuggling is made of.
 */
export const contentLength = (text: string): number | undefined => {
  if (text.length === 0 || text.length > 15) return undefined
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return undefined
    length = length * 10 + digit
  }
  return length
}
