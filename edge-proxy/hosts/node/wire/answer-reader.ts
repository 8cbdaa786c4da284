import { type ByteOrigin, ByteSource } from './byte-source.ts'
import { ChunkedDecoder } from './chunked-decoder.ts'
import { LineMemo } from './header-lines.ts'
import { JOINED_BYTES } from './limits.ts'
import { CHUNKED, type ResponseHead, readResponseHead, UNTIL_CLOSE } from './response-head.ts'

/** Who is told what the bytes of an upstream mean. Is also asked to read on or to wait, by the body of an answer. */
export interface AnswerTaker extends ByteOrigin {
  /** The head of the answer is there. Of its body all is in the source that came with it, when it is short. */
  answered(head: ResponseHead, body: ByteSource | undefined): void
  /** The answer is whole; so many bytes came behind it. */
  whole(extra: number): void
  /** What came is no sound answer. */
  malformed(detail: string): void
}

const HEAD_BYTES = 64 * 1024
const INTERIM_ANSWERS = 16

/** Turns the bytes of an upstream into answers, one at a time, however they were split. */
export class AnswerReader {
  /** Whether any byte of the answer came. */
  begun = false
  private readonly taker: AnswerTaker
  private readonly memo = new LineMemo()
  private method = ''
  private partial: Buffer | undefined
  private interim = 0
  private body: ByteSource | undefined
  private left = 0
  private decoder: ChunkedDecoder | undefined

  constructor(taker: AnswerTaker) {
    this.taker = taker
  }

  get heldBytes(): number {
    return this.body?.held ?? 0
  }

  /** Whether somebody reads the body that is coming. */
  get isRead(): boolean {
    return this.body?.read ?? false
  }

  /** The next bytes are the answer to a request of that method. */
  expect(method: string): void {
    this.method = method
    this.begun = false
    this.interim = 0
  }

  /** Bytes of the upstream; valid during the call only. */
  receive(bytes: Buffer): void {
    this.begun = true
    if (this.body) this.readBody(bytes, this.body)
    else this.readHead(bytes)
  }

  /** The connection ended. Answers whether that was how the answer had to end. */
  ended(): boolean {
    const { body } = this
    if (!body || this.left !== UNTIL_CLOSE) return false
    this.finish(body, 0)
    return true
  }

  /** The answer will not be whole. */
  abort(error: Error): void {
    const { body } = this
    this.body = undefined
    body?.abort(error)
  }

  private readHead(bytes: Buffer): void {
    const data = this.partial ? Buffer.concat([this.partial, bytes]) : bytes
    const text = data.toString('latin1', 0, Math.min(data.length, HEAD_BYTES))
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) {
      if (data.length >= HEAD_BYTES || !'HTTP/1.'.startsWith(text.slice(0, 7))) {
        this.taker.malformed('the upstream sent no HTTP/1 answer')
      } else this.partial = this.partial ? data : Buffer.from(bytes)
      return
    }
    this.partial = undefined
    const head = readResponseHead(data, text, end + 4, this.method, this.memo)
    if (!head || head.status === 101) {
      this.taker.malformed('the upstream sent a malformed answer')
    } else if (head.status < 200) {
      if (++this.interim > INTERIM_ANSWERS) this.taker.malformed('too many interim answers')
      else if (data.length > end + 4) this.readHead(data.subarray(end + 4))
    } else this.begin(head, data, text, end + 4)
  }

  private begin(head: ResponseHead, data: Buffer, text: string, at: number): void {
    const { bodyLength } = head
    if (bodyLength >= 0 && bodyLength <= JOINED_BYTES && text.length - at >= bodyLength) {
      const body =
        bodyLength === 0 ? undefined : new ByteSource(undefined, text.slice(at, at + bodyLength))
      this.taker.answered(head, body)
      this.taker.whole(data.length - at - bodyLength)
      return
    }
    const body = new ByteSource(this.taker)
    this.body = body
    this.left = bodyLength
    this.decoder = bodyLength === CHUNKED ? new ChunkedDecoder() : undefined
    this.taker.answered(head, body)
    if (at < data.length) this.readBody(data.subarray(at), body)
  }

  private readBody(bytes: Buffer, body: ByteSource): void {
    const { decoder } = this
    if (decoder) {
      const end = decoder.decode(bytes, 0, (data) => body.push(data))
      if (decoder.bad) this.taker.malformed('the upstream sent a malformed chunk')
      else if (decoder.done) this.finish(body, bytes.length - end)
      return
    }
    if (this.left === UNTIL_CLOSE) {
      body.push(bytes)
      return
    }
    const end = Math.min(bytes.length, this.left)
    this.left -= end
    body.push(end === bytes.length ? bytes : bytes.subarray(0, end))
    if (this.left === 0) this.finish(body, bytes.length - end)
  }

  private finish(body: ByteSource, extra: number): void {
    this.body = undefined
    this.decoder = undefined
    this.taker.whole(extra)
    body.finish()
  }
}
