import type { HeaderList } from '#engine/headers'
import { contentLength, type LineMemo } from './header-lines.ts'

/** A status line and header lines that were found to be sound. */
export interface ResponseHead {
  status: number
  reason: string | undefined
  headers: HeaderList
  /** Bytes of body, CHUNKED, or UNTIL_CLOSE. */
  bodyLength: number
  /** Whether another request may follow on the connection. */
  persistent: boolean
}

export const CHUNKED = -1
export const UNTIL_CLOSE = -2

const HEADER_COUNT = 1000

/** Reads a response head of `end` bytes, empty line included, to a request of that method. Undefined when it is not sound. */
export const readResponseHead = (
  bytes: Uint8Array,
  text: string,
  end: number,
  method: string,
  memo: LineMemo,
): ResponseHead | undefined => {
  const modern = text.startsWith('HTTP/1.1 ')
  if (!modern && !text.startsWith('HTTP/1.0 ')) return undefined
  const hundreds = text.charCodeAt(9) - 48
  const tens = text.charCodeAt(10) - 48
  const ones = text.charCodeAt(11) - 48
  if (hundreds < 1 || hundreds > 9 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return undefined
  const status = hundreds * 100 + tens * 10 + ones
  const lineEnd = text.indexOf('\r\n', 12)
  let reason: string | undefined
  if (lineEnd > 12) {
    if (text.charCodeAt(12) !== 32) return undefined
    reason = text.slice(13, lineEnd)
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(reason)) return undefined
    if (reason === '') reason = undefined
  }

  const facts = memo.read(bytes, text, lineEnd + 2, end - 2, HEADER_COUNT)
  if (!facts) return undefined
  if (facts.encodings > 1 || facts.lengths > 1) return undefined
  if (facts.encodings > 0 && (facts.lengths > 0 || !modern)) return undefined
  let bodyLength = UNTIL_CLOSE
  if (facts.encodings > 0) {
    if (facts.encoding.toLowerCase() !== 'chunked') return undefined
    bodyLength = CHUNKED
  } else if (facts.lengths > 0) {
    const length = contentLength(facts.length)
    if (length === undefined) return undefined
    bodyLength = length
  }
  if (method === 'HEAD' || status === 204 || status === 304 || status < 200) bodyLength = 0
  return {
    status,
    reason,
    headers: facts.headers,
    bodyLength,
    persistent: !facts.close && (modern || facts.keepAlive) && bodyLength !== UNTIL_CLOSE,
  }
}
