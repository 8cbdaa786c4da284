import { CR, LF, SEMICOLON, valueBytes } from './characters.ts'
import { readHeaderLines } from './header-lines.ts'

const SIZE = 0
const EXTENSION = 1
const SIZE_LF = 2
const DATA = 3
const DATA_CR = 4
const DATA_LF = 5
const TRAILER = 6
const DONE = 7
const BAD = 8

/** Digits of a chunk size: enough for what a number holds exactly. */
const SIZE_DIGITS = 12
/** Bytes of extensions in one body, and of its trailer section: senders of more mean harm. */
const EXTENSION_BYTES = 16 * 1024
const TRAILER_BYTES = 16 * 1024
const TRAILER_LINES = 100

/**
 * Takes the chunked coding off a body (RFC 9112 section 7.1), however its bytes were split. Strict: sizes are hexadecimal
 * digits and nothing else, lines end in CRLF, extensions are skipped. Trailers are checked and dropped.
 */
export class ChunkedDecoder {
  private state = SIZE
  private size = 0
  private digits = 0
  private extension = 0
  private trailer: number[] = []

  get done(): boolean {
    return this.state === DONE
  }

  get bad(): boolean {
    return this.state === BAD
  }

  /**
   * Decodes from `from`; gives the data to `push`, in one piece however many chunks it came in: a thousand chunks of one
   * byte must not cost a thousand writes. `bytes` is changed for that. Answers the position behind what belonged to the
   * body.
   */
  decode(bytes: Buffer, from: number, push: (data: Buffer) => void): number {
    const { length } = bytes
    let at = from
    let begin = 0
    let stop = 0
    while (at < length && this.state < DONE) {
      if (this.state === DATA) {
        const end = Math.min(length, at + this.size)
        this.size -= end - at
        if (stop === 0) begin = at
        else bytes.copyWithin(stop, at, end)
        stop = stop === 0 ? end : stop + end - at
        at = end
        if (this.size === 0) this.state = DATA_CR
      } else {
        this.state = this.step(bytes[at] as number)
        at++
      }
    }
    if (stop > begin) push(bytes.subarray(begin, stop))
    return at
  }

  private step(byte: number): number {
    switch (this.state) {
      case SIZE: {
        const digit = hexValue(byte)
        if (digit >= 0) {
          if (++this.digits > SIZE_DIGITS) return BAD
          this.size = this.size * 16 + digit
          return SIZE
        }
        if (this.digits === 0) return BAD
        if (byte === CR) return SIZE_LF
        return byte === SEMICOLON ? EXTENSION : BAD
      }
      case EXTENSION:
        if (byte === CR) return SIZE_LF
        return valueBytes[byte] === 1 && ++this.extension <= EXTENSION_BYTES ? EXTENSION : BAD
      case SIZE_LF:
        if (byte !== LF) return BAD
        this.digits = 0
        return this.size === 0 ? TRAILER : DATA
      case DATA_CR:
        return byte === CR ? DATA_LF : BAD
      case DATA_LF:
        return byte === LF ? SIZE : BAD
      default:
        return this.trailerByte(byte)
    }
  }

  private trailerByte(byte: number): number {
    const { trailer } = this
    trailer.push(byte)
    const { length } = trailer
    if (length > TRAILER_BYTES) return BAD
    if (byte !== LF) return TRAILER
    if (trailer[length - 2] !== CR) return BAD
    if (length > 2 && (trailer[length - 3] !== LF || trailer[length - 4] !== CR)) return TRAILER
    const bytes = Buffer.from(trailer)
    const text = bytes.toString('latin1', 0, length)
    return readHeaderLines(bytes, text, 0, length - 2, TRAILER_LINES) ? DONE : BAD
  }
}

const hexValue = (byte: number): number => {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
