import type { HeaderList } from '#engine/headers'
import {
  authorityBytes,
  consistsOf,
  methodBytes,
  QUESTION,
  SLASH,
  SPACE,
  targetBytes,
} from './characters.ts'
import { contentLength, type HeaderFacts, type LineMemo } from './header-lines.ts'
import type { Limits } from './limits.ts'

/** A request line and header lines that were found to be sound. */
export interface RequestHead {
  method: string
  path: string
  query: string | undefined
  version: '1.0' | '1.1'
  headers: HeaderList
  /** Bytes of body, or CHUNKED. */
  bodyLength: number
  /** Whether the client wants to go on using the connection. */
  persistent: boolean
  /** Whether it waits for 100 (Continue) before it sends the body. */
  expects: boolean
}

export const CHUNKED = -1

/** Methods that a gateway does not pass on, as nginx: one would make a tunnel, the other shows credentials. */
const barredMethods = new Set(['CONNECT', 'TRACE'])

/**
 * Reads a request head of `end` bytes, empty line included, by RFC 9112. `text` is the same bytes as latin1. Answers the
 * status to refuse with when it is not sound: nothing can follow, because where the next request begins is not known.
 */
export const readRequestHead = (
  bytes: Uint8Array,
  text: string,
  end: number,
  limits: Limits,
  memo: LineMemo,
): RequestHead | number => {
  let at = 0
  while (methodBytes[bytes[at] as number] === 1) at++
  if (at === 0 || bytes[at] !== SPACE) return 400
  const method = text.slice(0, at)
  const begin = ++at
  let question = -1
  while (targetBytes[bytes[at] as number] === 1) {
    if (question < 0 && bytes[at] === QUESTION) question = at
    at++
  }
  const stop = at
  if (stop === begin || bytes[stop] !== SPACE) return 400
  if (stop - begin > limits.uri_bytes) return 414
  const minor = minorVersion(text, stop + 1)
  if (minor >= 400) return minor
  const version = minor === 0 ? '1.0' : '1.1'

  const facts = memo.read(bytes, text, stop + 1 + VERSION_BYTES, end - 2, limits.header_count)
  if (!facts) return 400
  const bodyLength = framing(facts, version)
  if (bodyLength < CHUNKED) return -bodyLength
  if (facts.hosts > 1 || (facts.hosts === 0 && version === '1.1')) return 400
  if (facts.hosts === 1 && !isAuthority(facts.host)) return 400

  let path: string
  const query = question < 0 ? undefined : text.slice(question + 1, stop)
  if (bytes[begin] === SLASH) {
    path = text.slice(begin, question < 0 ? stop : question)
  } else {
    const absolute = /^https?:\/\/([^/]+)(\/.*)?$/i.exec(
      text.slice(begin, question < 0 ? stop : question),
    )
    const authority = absolute?.[1]
    if (authority === undefined || !isAuthority(authority)) return 400
    path = absolute?.[2] ?? '/'
    // RFC 9112 section 3.2.2: what the target says goes before what the Host line says.
    facts.headers.set('Host', authority, 'host')
  }
  if (barredMethods.has(method)) return 405

  return {
    method,
    path,
    query,
    version,
    headers: facts.headers,
    bodyLength,
    persistent: !facts.close && (version === '1.1' || facts.keepAlive),
    expects: facts.expects && version === '1.1',
  }
}

const VERSION_BYTES = 'HTTP/1.1\r\n'.length

/** The minor version of HTTP/1, or the status to refuse with. */
const minorVersion = (text: string, at: number): number => {
  if (text.startsWith('HTTP/1.1\r\n', at)) return 1
  if (text.startsWith('HTTP/1.0\r\n', at)) return 0
  const other = /^HTTP\/(\d{1,3})\.(\d{1,3})\r\n/.exec(text.slice(at, at + 16))
  if (!other) return 400
  if (other[1] !== '1') return Number(other[1]) > 1 ? 505 : 400
  return other[2]?.length === 1 ? 1 : 400
}

/** Bytes of body, CHUNKED, or minus the status to refuse with (RFC 9112 section 6; stricter: nothing is repaired). */
const framing = (facts: HeaderFacts, version: '1.0' | '1.1'): number => {
  if (facts.encodings > 0) {
    if (facts.lengths > 0 || facts.encodings > 1 || version === '1.0') return -400
    if (facts.encoding.toLowerCase() !== 'chunked') return -501
    return CHUNKED
  }
  if (facts.lengths === 0) return 0
  if (facts.lengths > 1) return -400
  return contentLength(facts.length) ?? -400
}

/** A host with an optional port: what can stand in a URL, and is one host whoever reads it. */
const isAuthority = (text: string): boolean => {
  if (text.length === 0 || !consistsOf(text, authorityBytes)) return false
  const colon = text.lastIndexOf(':')
  if (text.charCodeAt(0) === 91) return /^\[[0-9A-Fa-f:.]+\](:\d{0,5})?$/.test(text)
  if (text.includes('[') || text.includes(']')) return false
  if (colon < 0) return true
  return colon > 0 && text.indexOf(':') === colon && /^\d{0,5}$/.test(text.slice(colon + 1))
}
