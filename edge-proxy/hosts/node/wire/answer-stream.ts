import type { Socket } from 'node:net'
import type { ByteSink, ByteSource } from './byte-source.ts'
import { frameChunk, LAST_CHUNK } from './message-lines.ts'

/** Whom an answer tells how it goes. */
export interface AnswerKeeper {
  /** The client does not take more for now, or takes again. */
  stalled(stalled: boolean): void
  /** The last byte was handed to the socket. */
  delivered(): void
  /** The body ended before its end. */
  truncated(): void
}

/** The body of an answer on its way to the client, at the pace of the client. */
export class AnswerStream implements ByteSink {
  /** Bytes of the body handed to the socket, framing included. */
  bytes = 0
  private readonly socket: Socket
  private readonly source: ByteSource
  private readonly chunked: boolean
  private readonly keeper: AnswerKeeper

  constructor(socket: Socket, source: ByteSource, chunked: boolean, keeper: AnswerKeeper) {
    this.socket = socket
    this.source = source
    this.chunked = chunked
    this.keeper = keeper
  }

  start(): void {
    this.source.pipe(this)
  }

  take(bytes: Buffer): boolean {
    const data = this.chunked ? frameChunk(bytes) : Buffer.from(bytes)
    this.bytes += data.length
    const flushed = this.socket.write(data)
    if (!flushed) this.keeper.stalled(true)
    return flushed
  }

  /** The socket took what it held. */
  drained(): void {
    this.keeper.stalled(false)
    this.source.resume()
  }

  end(): void {
    if (this.chunked) {
      this.bytes += LAST_CHUNK.length
      this.socket.write(LAST_CHUNK, 'latin1')
    }
    this.keeper.delivered()
  }

  fail(): void {
    this.keeper.truncated()
  }

  cancel(): void {
    this.source.cancel()
  }
}
