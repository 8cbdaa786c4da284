import type { Body } from '#engine/body'
import type { HeaderList } from '#engine/headers'
import type { UpstreamCall } from '#engine/host'
import { ByteSource } from './byte-source.ts'
import { writeLines } from './message-lines.ts'

const soundLine = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7e\x80-\xff]+ HTTP\/1\.1\r\n$/

/** Head of a request as it goes on the wire; undefined when method or target would break out of the request line. */
export const writeRequestHead = (call: UpstreamCall): string | undefined => {
  const line = `${call.method} ${call.target} HTTP/1.1\r\n`
  if (!soundLine.test(line)) return undefined
  return `${line}${writeLines(call.headers)}${framing(call.headers, call.body)}Connection: keep-alive\r\n\r\n`
}

const framing = (headers: HeaderList, body: Body | undefined): string => {
  if (!body) return headers.has('content-length') ? 'Content-Length: 0\r\n' : ''
  return body.length === undefined
    ? 'Transfer-Encoding: chunked\r\n'
    : `Content-Length: ${body.length}\r\n`
}

/** Whether the request can be sent once more: nothing of its body was used up. */
export const isReplayable = ({ body }: UpstreamCall): boolean => {
  if (!body || body.bytes !== undefined) return true
  return body.stream instanceof ByteSource && body.stream.text !== undefined
}
