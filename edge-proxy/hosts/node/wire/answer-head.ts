import { STATUS_CODES } from 'node:http'
import type { ExchangeResponse } from '#engine/exchange'
import { contentLength } from './header-lines.ts'
import { writeLines } from './message-lines.ts'

/** How the body of an answer is put on the wire. */
export interface AnswerFraming {
  /** There is no body on the wire, whatever the answer has (HEAD, 204, 304). */
  bodiless: boolean
  /** Bytes of the body; undefined when it is not known before its end. */
  length: number | undefined
  chunked: boolean
  /** Whether the connection can be used on. */
  persistent: boolean
}

/** Decides it for an answer to a request of that method and version (RFC 9112 section 6). */
export const answerFraming = (
  response: ExchangeResponse,
  method: string,
  version: '1.0' | '1.1',
  persistent: boolean,
): AnswerFraming => {
  const { status, body } = response
  const length = body ? (body.bytes?.length ?? body.length) : 0
  if (status === 204 || status === 304 || status < 200 || method === 'HEAD') {
    return { bodiless: true, length, chunked: false, persistent: persistent && status >= 200 }
  }
  if (length !== undefined) return { bodiless: false, length, chunked: false, persistent }
  const chunked = version === '1.1'
  return { bodiless: false, length, chunked, persistent: persistent && chunked }
}

/** The head of an answer, as it goes on the wire. */
export const writeAnswerHead = (response: ExchangeResponse, framing: AnswerFraming): string => {
  const { status, headers } = response
  let head = statusLine(status, response.reason)
  if (!headers.has('date')) head += dateLine()
  head += writeLines(headers)
  if (framing.chunked) head += 'Transfer-Encoding: chunked\r\n'
  else if (!framing.bodiless) {
    if (framing.length !== undefined) head += `Content-Length: ${framing.length}\r\n`
  } else if (status !== 204 && status >= 200) head += announcedLength(response)
  return head + connectionLine(response, framing.persistent)
}

const statusLines = new Map<number, string>()
for (const [status, reason] of Object.entries(STATUS_CODES)) {
  statusLines.set(Number(status), `HTTP/1.1 ${status} ${reason}\r\n`)
}

const unsafeReason = /[^\t\x20-\x7e\x80-\xff]/

const statusLine = (status: number, reason: string | undefined): string => {
  const usual = statusLines.get(status)
  if (reason === undefined || unsafeReason.test(reason)) return usual ?? `HTTP/1.1 ${status} \r\n`
  return `HTTP/1.1 ${status} ${reason}\r\n`
}

/** What a body would have been: of the answer to the GET that a HEAD stands for, or of what a 304 says is unchanged. */
const announcedLength = ({ status, headers, body }: ExchangeResponse): string => {
  const length = body && status !== 304 ? (body.bytes?.length ?? body.length) : undefined
  const announced = length ?? contentLength(headers.get('content-length') ?? '')
  return announced === undefined ? '' : `Content-Length: ${announced}\r\n`
}

/** 426 names the protocols to upgrade to, and `Upgrade` is a word for this connection only (RFC 9110 section 7.8). */
const connectionLine = ({ status, headers }: ExchangeResponse, persistent: boolean): string => {
  if (status === 426 && headers.has('upgrade')) {
    return persistent ? 'Connection: Upgrade\r\n\r\n' : 'Connection: Upgrade, close\r\n\r\n'
  }
  return persistent ? 'Connection: keep-alive\r\n\r\n' : 'Connection: close\r\n\r\n'
}

let dateSecond = 0
let date = ''

const dateLine = (): string => {
  const second = Math.floor(Date.now() / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    date = `Date: ${new Date(second * 1000).toUTCString()}\r\n`
  }
  return date
}
