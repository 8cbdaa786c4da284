import { HeaderList } from '#engine/headers'
import { COLON, CR, LF, SPACE, TAB, tokenBytes, valueBytes } from './characters.ts'
import { CONNECTION, ENCODING, EXPECT, HOST, knownName, LENGTH, PLAIN } from './header-names.ts'

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
    const entry = knownName(name)
    if (!entry) return undefined
    keys.push(entry.key)
    names.push(entry.name)
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

/**
 * The lines that came last on a connection. Clients and upstreams say much the same with each message: lines that are
 * the same as those before, byte for byte, are not looked at again.
 */
export class LineMemo {
  private text = ''
  private facts: HeaderFacts | undefined

  /** As readHeaderLines. */
  read(
    bytes: Uint8Array,
    text: string,
    from: number,
    to: number,
    most: number,
  ): HeaderFacts | undefined {
    const lines = text.slice(from, to)
    const repeated = lines === this.text
    if (repeated && this.facts) return copyOf(this.facts)
    const facts = readHeaderLines(bytes, text, from, to, most)
    // Kept from the second time on: who never repeats pays nothing for it.
    this.facts = repeated && facts ? copyOf(facts) : undefined
    this.text = lines
    return facts
  }
}

const copyOf = (facts: HeaderFacts): HeaderFacts => ({
  headers: facts.headers.clone(),
  hosts: facts.hosts,
  host: facts.host,
  lengths: facts.lengths,
  length: facts.length,
  encodings: facts.encodings,
  encoding: facts.encoding,
  close: facts.close,
  keepAlive: facts.keepAlive,
  expects: facts.expects,
})
