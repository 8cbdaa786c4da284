/**
 * A message body that nobody has to read. A host wraps what it received; when nothing in the engine looks inside, the
 * host pipes its own stream on and no byte passes through the engine.
 */
export class Body {
  /** Bytes, when somebody read or replaced the body: then this is what goes on. */
  bytes: Uint8Array | undefined
  /** The host's own stream. Only the host that made it knows its type. */
  readonly stream: unknown
  /** Announced length; undefined when it is not known before the end (chunked). */
  length: number | undefined
  readonly #collect: (() => Promise<Uint8Array>) | undefined

  constructor(stream: unknown, length: number | undefined, collect: () => Promise<Uint8Array>)
  constructor(bytes: Uint8Array)
  constructor(source: unknown, length?: number, collect?: () => Promise<Uint8Array>) {
    if (collect) {
      this.stream = source
      this.length = length
      this.#collect = collect
    } else {
      this.bytes = source as Uint8Array
      this.length = this.bytes.length
    }
  }

  static of(text: string): Body {
    return new Body(encoder.encode(text))
  }

  /** The whole body. Reads it once; later calls answer the same bytes. */
  async read(): Promise<Uint8Array> {
    if (this.bytes === undefined) {
      this.bytes = this.#collect ? await this.#collect() : empty
      this.length = this.bytes.length
    }
    return this.bytes
  }

  async text(): Promise<string> {
    return decoder.decode(await this.read())
  }

  /** Puts other bytes in its place. A stream that was not read yet is left to the host to drain. */
  replace(bytes: Uint8Array): void {
    this.bytes = bytes
    this.length = bytes.length
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const empty = new Uint8Array(0)
