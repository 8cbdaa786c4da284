/** The connection ended before the message did. */
export class EndedEarly extends Error {
  override name = 'EndedEarly'
}

/** Nothing came for as long as a read may take. */
export class TooSlow extends Error {
  override name = 'TooSlow'
}

/** Longest line, and longest head, in bytes: what Cloudflare allows headers in all. */
const LONGEST = 131_072

/** Bytes of a socket, by line or by number. `timeout`: milliseconds between two reads. */
export class SocketReader {
  readonly #source: ReadableStreamDefaultReader<Uint8Array>
  readonly #timeout: number
  #held: Uint8Array = new Uint8Array(0)

  constructor(source: ReadableStream<Uint8Array>, timeout: number) {
    this.#source = source.getReader()
    this.#timeout = timeout
  }

  /** A line without its end, one character for each byte. */
  async line(): Promise<string> {
    let from = 0
    for (;;) {
      const end = this.#held.indexOf(LINE_FEED, from)
      if (end >= 0) {
        const line = latin1.decode(this.#held.subarray(0, end))
        this.#held = this.#held.subarray(end + 1)
        return line.endsWith('\r') ? line.slice(0, -1) : line
      }
      from = this.#held.length
      if (from > LONGEST) throw new EndedEarly('a line of the answer is too long')
      if (!(await this.#more())) throw new EndedEarly('the upstream closed before it had answered')
    }
  }

  /** At least one byte and at most `most`; undefined at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    if (this.#held.length === 0 && !(await this.#more())) return undefined
    const bytes = this.#held.subarray(0, most)
    this.#held = this.#held.subarray(bytes.length)
    return bytes
  }

  async #more(): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TooSlow('the upstream sent nothing')), this.#timeout)
    })
    try {
      const { value, done } = await Promise.race([this.#source.read(), late])
      if (done) return false
      this.#held = this.#held.length === 0 ? value : joined(this.#held, value)
      return true
    } finally {
      clearTimeout(timer)
    }
  }
}

const LINE_FEED = 0x0a
const latin1 = new TextDecoder('latin1')

const joined = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}
