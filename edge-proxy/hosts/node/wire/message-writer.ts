import type { Socket } from 'node:net'
import type { Body } from '#engine/body'
import { type ByteSink, ByteSource } from './byte-source.ts'
import { JOINED_BYTES } from './limits.ts'
import { asBuffer, frameChunk, LAST_CHUNK } from './message-lines.ts'

/** Whom a writer tells how its message goes. */
export interface WriterKeeper {
  /** The other side does not take more for now, or takes again. */
  stalled(stalled: boolean): void
  /** The last byte of the message was handed to the socket. */
  delivered(): void
  /** The body ended before its end. */
  truncated(error: Error): void
}

/** Puts messages on a socket, one after the other, at the pace of who reads them. */
export class MessageWriter implements ByteSink {
  /** Bytes of the message that were handed to the socket. */
  sentBytes = 0
  private readonly socket: Socket
  private readonly keeper: WriterKeeper
  private source: ByteSource | undefined
  private chunked = false
  /** Counts messages, so that a body that comes late is not written into the next one. */
  private message = 0

  constructor(socket: Socket, keeper: WriterKeeper) {
    this.socket = socket
    this.keeper = keeper
    socket.on('drain', () => this.drained())
  }

  /** Writes a head, and its body in one piece with it where that is short. `chunked`: how a body without length goes. */
  write(head: string, body: Body | undefined, chunked: boolean): void {
    this.sentBytes = 0
    this.message++
    if (!body) this.writeText(head)
    else if (body.bytes !== undefined) this.writeBytes(head, body.bytes)
    else if (!(body.stream instanceof ByteSource)) this.writeForeign(head, body, chunked)
    else if (body.stream.text !== undefined) this.writeText(head + body.stream.text)
    else this.writeStream(head, body.stream, chunked)
  }

  /** Gives up the body of the message: who sends it is told. */
  cancel(): void {
    this.message++
    const { source } = this
    this.source = undefined
    source?.cancel()
  }

  take(bytes: Buffer): boolean {
    return this.put(this.chunked ? frameChunk(bytes) : Buffer.from(bytes))
  }

  end(): void {
    this.source = undefined
    if (this.chunked) {
      this.sentBytes += LAST_CHUNK.length
      if (!this.socket.write(LAST_CHUNK, 'latin1')) this.keeper.stalled(true)
    }
    this.keeper.delivered()
  }

  fail(error: Error): void {
    this.source = undefined
    this.keeper.truncated(error)
  }

  private put(data: Buffer): boolean {
    this.sentBytes += data.length
    const flushed = this.socket.write(data)
    if (!flushed) this.keeper.stalled(true)
    return flushed
  }

  private writeText(text: string): void {
    this.sentBytes += text.length
    if (!this.socket.write(text, 'latin1')) this.keeper.stalled(true)
    this.keeper.delivered()
  }

  private writeBytes(head: string, bytes: Uint8Array): void {
    const data = asBuffer(bytes)
    if (data.length <= JOINED_BYTES) {
      this.writeText(head + data.toString('latin1', 0, data.length))
      return
    }
    const { socket } = this
    socket.cork()
    this.sentBytes += head.length
    socket.write(head, 'latin1')
    this.put(data)
    socket.uncork()
    this.keeper.delivered()
  }

  private writeStream(head: string, source: ByteSource, chunked: boolean): void {
    const { socket } = this
    this.source = source
    this.chunked = chunked
    this.sentBytes += head.length
    socket.cork()
    if (!socket.write(head, 'latin1')) this.keeper.stalled(true)
    source.pipe(this)
    socket.uncork()
  }

  /** A body with a stream that is not of the wire: read whole, then written. */
  private writeForeign(head: string, body: Body, chunked: boolean): void {
    const { message } = this
    body.read().then(
      (bytes) => {
        if (message !== this.message) return
        const data = chunked && bytes.length > 0 ? frameChunk(asBuffer(bytes)) : bytes
        if (chunked) this.writeBytes(head, Buffer.concat([data, Buffer.from(LAST_CHUNK)]))
        else this.writeBytes(head, data)
      },
      (error: unknown) => {
        if (message !== this.message) return
        this.keeper.truncated(error instanceof Error ? error : new Error(String(error)))
      },
    )
  }

  private drained(): void {
    this.keeper.stalled(false)
    this.source?.resume()
  }
}
