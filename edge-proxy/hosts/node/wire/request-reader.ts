import { type ByteOrigin, ByteSource } from './byte-source.ts'
import { CR, LF, methodBytes } from './characters.ts'
import { ChunkedDecoder } from './chunked-decoder.ts'
import { HeadBuffer } from './head-buffer.ts'
import { LineMemo } from './header-lines.ts'
import { HELD_BYTES, JOINED_BYTES, type Limits } from './limits.ts'
import { CHUNKED, type RequestHead, readRequestHead } from './request-head.ts'

/** Who is told what the bytes of a client mean. Is also asked to read on or to wait, by the body of a request. */
export interface RequestTaker extends ByteOrigin {
  /** The first bytes of a head came, and not its end. */
  begun(): void
  /** A head is there. What came of its body is in the source already. */
  request(head: RequestHead, headBytes: number, body: ByteSource | undefined): void
  /** The bytes are not a request that can be served: the status to say so. Nothing after them is looked at. */
  refused(status: number, head: RequestHead | undefined): void
  /** Some of the body came. */
  progressed(): void
  /** The last byte of the body came. Not called for a request that was whole when it was handed over. */
  whole(): void
}

const HEAD = 0
const BODY = 1
const WHOLE = 2
const OVER = 3

const unsound = new Error('the body of the request is malformed or too large')

/**
 * Turns the bytes of a client into requests, however they were split. Reads one request at a time: what comes behind it
 * waits until `next`.
 */
export class RequestReader {
  private readonly limits: Limits
  private readonly taker: RequestTaker
  private readonly partial = new HeadBuffer()
  private readonly memo = new LineMemo()
  private state = HEAD
  private source: ByteSource | undefined
  private decoder: ChunkedDecoder | undefined
  private left = 0
  private taken = 0
  private ahead: Buffer | undefined

  constructor(limits: Limits, taker: RequestTaker) {
    this.limits = limits
    this.taker = taker
  }

  get betweenRequests(): boolean {
    return this.state === HEAD
  }

  get isWhole(): boolean {
    return this.state === WHOLE
  }

  get inBody(): boolean {
    return this.state === BODY
  }

  /** Whether part of a head is there. */
  get isPartial(): boolean {
    return this.partial.length > 0
  }

  get isAhead(): boolean {
    return this.ahead !== undefined
  }

  get heldBytes(): number {
    return this.partial.length + (this.source?.held ?? 0) + (this.ahead?.length ?? 0)
  }

  /** Whether the rest of the body is so short that reading it costs less than a new connection. */
  get isShort(): boolean {
    return (
      this.state === WHOLE || (this.state === BODY && this.left >= 0 && this.left <= HELD_BYTES)
    )
  }

  /** Bytes of the client; valid during the call only. */
  receive(bytes: Buffer): void {
    switch (this.state) {
      case HEAD:
        this.readHead(bytes)
        break
      case BODY:
        this.readBody(bytes)
        break
      case WHOLE:
        this.keep(bytes)
        break
    }
  }

  /** The request was answered: on to the one behind it. */
  next(): void {
    this.state = HEAD
    this.source = undefined
    const { ahead } = this
    this.ahead = undefined
    if (ahead) this.receive(ahead)
  }

  /** Looks at nothing more. */
  stop(): void {
    this.state = OVER
    this.ahead = undefined
    this.partial.clear()
  }

  /** The connection ended: the body will not be whole. */
  abort(error: Error): void {
    this.stop()
    this.source?.abort(error)
  }

  /** Lets the rest of the body come to nobody. */
  discard(): void {
    this.source?.discard()
  }

  private keep(bytes: Buffer): void {
    this.ahead = this.ahead ? Buffer.concat([this.ahead, bytes]) : Buffer.from(bytes)
    this.taker.pause()
  }

  private readHead(bytes: Buffer): void {
    const { partial, limits } = this
    const begun = partial.length > 0
    const data = begun ? partial.append(bytes) : bytes
    const start = data[0] === CR ? emptyLines(data) : 0
    const head = start === 0 ? data : data.subarray(start)
    const text = head.toString('latin1', 0, Math.min(head.length, limits.head_bytes))
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) {
      const status = unsoundStart(text, limits)
      if (status > 0) this.refuse(status, undefined)
      else if (!begun && head.length > 0) {
        partial.append(head)
        this.taker.begun()
      }
      return
    }
    const request = readRequestHead(head, text, end + 4, limits, this.memo)
    if (begun) partial.clear()
    if (typeof request === 'number') this.refuse(request, undefined)
    else this.begin(request, head, text, end + 4)
  }

  private begin(request: RequestHead, data: Buffer, text: string, at: number): void {
    const { limits, taker } = this
    const { bodyLength } = request
    if (bodyLength === 0) {
      this.state = WHOLE
      if (at < data.length) this.keep(data.subarray(at))
      taker.request(request, at, undefined)
      return
    }
    if (limits.body_bytes > 0 && bodyLength > limits.body_bytes) {
      this.refuse(413, request)
      return
    }
    if (bodyLength > 0 && bodyLength <= JOINED_BYTES && text.length - at >= bodyLength) {
      const rest = at + bodyLength
      this.state = WHOLE
      this.source = new ByteSource(undefined, text.slice(at, rest))
      if (rest < data.length) this.keep(data.subarray(rest))
      taker.request(request, at, this.source)
      return
    }
    const source = new ByteSource(taker)
    this.state = BODY
    this.source = source
    this.left = bodyLength
    this.taken = 0
    this.decoder = bodyLength === CHUNKED ? new ChunkedDecoder() : undefined
    if (at < data.length) {
      const status = this.takeBody(data.subarray(at), source)
      if (status > 0) {
        this.refuse(status, request)
        return
      }
    }
    taker.request(request, at, source)
  }

  private readBody(bytes: Buffer): void {
    const { source, taker } = this
    if (!source) return
    taker.progressed()
    const status = this.takeBody(bytes, source)
    if (status > 0) this.refuse(status, undefined)
    else if (this.state === WHOLE) taker.whole()
  }

  /** Answers the status to refuse with, 0 when the bytes are sound. */
  private takeBody(bytes: Buffer, source: ByteSource): number {
    const { decoder, limits } = this
    if (!decoder) {
      const end = Math.min(bytes.length, this.left)
      this.left -= end
      source.push(end === bytes.length ? bytes : bytes.subarray(0, end))
      if (this.left === 0) this.endBody(source, bytes, end)
      return 0
    }
    const end = decoder.decode(bytes, 0, (data) => {
      this.taken += data.length
      if (limits.body_bytes === 0 || this.taken <= limits.body_bytes) source.push(data)
    })
    if (limits.body_bytes > 0 && this.taken > limits.body_bytes) return 413
    if (decoder.bad) return 400
    if (decoder.done) this.endBody(source, bytes, end)
    return 0
  }

  private endBody(source: ByteSource, bytes: Buffer, end: number): void {
    this.state = WHOLE
    this.decoder = undefined
    if (end < bytes.length) this.keep(bytes.subarray(end))
    source.finish()
  }

  private refuse(status: number, head: RequestHead | undefined): void {
    this.stop()
    this.taker.refused(status, head)
    this.source?.abort(unsound)
  }
}

/** RFC 9112 section 2.2: empty lines before a request line are skipped. */
const emptyLines = (data: Buffer): number => {
  let at = 0
  while (data[at] === CR && data[at + 1] === LF) at += 2
  return at
}

/** Whether the beginning of a head can be refused at once: the status, 0 when more has to come. */
const unsoundStart = (text: string, limits: Limits): number => {
  if (text === '' || text === '\r') return 0
  if (methodBytes[text.charCodeAt(0)] !== 1) return 400
  if (/(?:^|[^\r])\n|\r[^\n]/.test(text)) return 400
  const line = text.indexOf('\r\n')
  if (line < 0 && text.length > limits.uri_bytes + LONGEST_REST_OF_LINE) return 414
  return text.length >= limits.head_bytes ? 400 : 0
}

/** Method, version and spaces around a target. */
const LONGEST_REST_OF_LINE = 64
