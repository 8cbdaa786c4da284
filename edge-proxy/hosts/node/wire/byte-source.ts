import { HELD_BYTES } from './limits.ts'

/** Who takes the bytes of a body. */
export interface ByteSink {
  /** Takes bytes that are valid during the call only. False asks the source to wait for `resume`. */
  take(bytes: Buffer): boolean
  /** All bytes were given. */
  end(): void
  /** No more bytes come, and it is not the end. */
  fail(error: Error): void
}

/** Where the bytes come from: a connection. */
export interface ByteOrigin {
  /** Somebody wants the bytes: called once, before the first are taken. */
  wanted(): void
  pause(): void
  resume(): void
  /** Nobody will take the rest. */
  cancelled(): void
}

const OPEN = 0
const ENDED = 1
const FAILED = 2

/**
 * The bytes of a body on their way from a connection to one reader. Holds what comes before somebody reads, or while the
 * reader is slow, and stops the connection when that is more than a little.
 */
export class ByteSource {
  /** The whole body as latin1, when all of it was there at once: then there is nothing to stream. */
  readonly text: string | undefined
  /** Bytes held now. */
  held = 0
  private readonly origin: ByteOrigin | undefined
  private chunks: Buffer[] = []
  private state = OPEN
  private error: Error | undefined
  private sink: ByteSink | undefined
  private waiting = false
  private paused = false
  private taken = false
  private collected: Promise<Uint8Array> | undefined

  constructor(origin: ByteOrigin | undefined, text?: string) {
    this.origin = origin
    this.text = text
    if (text !== undefined) this.state = ENDED
  }

  /** Whether the last byte came from the connection. */
  get complete(): boolean {
    return this.state === ENDED
  }

  /** Whether somebody reads, or read, it. */
  get read(): boolean {
    return this.taken
  }

  /** For the connection: bytes came. They are copied when they must wait. */
  push(bytes: Buffer): void {
    if (this.state !== OPEN) return
    if (this.sink && !this.waiting) {
      if (this.sink.take(bytes)) return
      this.waiting = true
    } else {
      this.chunks.push(Buffer.from(bytes))
      this.held += bytes.length
      if (this.held < HELD_BYTES && !this.waiting) return
    }
    if (!this.paused && this.state === OPEN) {
      this.paused = true
      this.origin?.pause()
    }
  }

  /** For the connection: all bytes came. */
  finish(): void {
    if (this.state !== OPEN) return
    this.state = ENDED
    if (this.sink && !this.waiting) this.sink.end()
  }

  /** For the connection: no more bytes come. */
  abort(error: Error): void {
    if (this.state !== OPEN) return
    this.state = FAILED
    this.error = error
    this.drop()
    this.sink?.fail(error)
  }

  /** For the reader: begins to take bytes. There is one reader. */
  pipe(sink: ByteSink): void {
    if (this.taken) {
      sink.fail(new Error('a body can be read once'))
      return
    }
    this.taken = true
    this.sink = sink
    if (this.state === OPEN) this.origin?.wanted()
    if (this.text !== undefined) {
      if (this.text.length > 0 && !sink.take(Buffer.from(this.text, 'latin1'))) this.waiting = true
      else sink.end()
      return
    }
    if (this.state === FAILED) sink.fail(this.error ?? new Error('body failed'))
    else this.flow()
  }

  /** For the reader: more bytes can be taken. */
  resume(): void {
    if (!this.waiting) return
    this.waiting = false
    this.flow()
  }

  /** For the reader: the rest is not wanted. */
  cancel(): void {
    if (this.text !== undefined) return
    const open = this.state === OPEN
    this.state = FAILED
    this.drop()
    this.sink = undefined
    if (open) this.origin?.cancelled()
  }

  /** Lets the connection deliver the rest to nobody. */
  discard(): void {
    if (!this.taken && this.text === undefined) this.pipe(nobody)
  }

  /** All bytes. */
  collect(): Promise<Uint8Array> {
    if (this.text !== undefined) return Promise.resolve(Buffer.from(this.text, 'latin1'))
    this.collected ??= this.gather()
    return this.collected
  }

  private gather(): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      this.pipe({
        take(bytes) {
          chunks.push(Buffer.from(bytes))
          return true
        },
        end() {
          resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
        },
        fail: reject,
      })
    })
  }

  private flow(): void {
    const { chunks, sink } = this
    let at = 0
    while (at < chunks.length && !this.waiting && sink) {
      const chunk = chunks[at++] as Buffer
      this.held -= chunk.length
      if (!sink.take(chunk)) this.waiting = true
    }
    chunks.splice(0, at)
    if (this.waiting || !sink || this.sink !== sink) return
    if (this.state === ENDED) sink.end()
    else if (this.paused && this.state === OPEN) {
      this.paused = false
      this.origin?.resume()
    }
  }

  private drop(): void {
    this.chunks = []
    this.held = 0
  }
}

const nobody: ByteSink = {
  take: () => true,
  end() {},
  fail() {},
}
