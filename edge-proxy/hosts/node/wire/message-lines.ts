import type { HeaderList } from '#engine/headers'
import { knownName } from './header-names.ts'

const unsafeValue = /[^\t\x20-\x7e\x80-\xff]/

/**
 * Header lines for the wire, without those that the wire writes itself. A value with control characters cannot end its
 * line here: it would be a way to smuggle a line or a message through a plugin. Characters above 255 are sent as UTF-8.
 */
export const writeLines = (headers: HeaderList): string => {
  const { names, values } = headers
  let text = ''
  for (let at = 0; at < names.length; at++) {
    const known = knownName(names[at] as string)
    if (!known || known.own) continue
    const value = values[at] as string
    text += `${known.label}${unsafeValue.test(value) ? safeValue(value) : value}\r\n`
  }
  return text
}

const safeValue = (value: string): string =>
  [...(/[\u0100-\uffff]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value)]
    .map((character) => (unsafeValue.test(character) ? ' ' : character))
    .join('')

/** A chunk of the chunked coding, as one buffer of its own. */
export const frameChunk = (bytes: Buffer): Buffer => {
  const size = bytes.length.toString(16)
  const begin = size.length + 2
  const frame = Buffer.allocUnsafe(begin + bytes.length + 2)
  frame.write(`${size}\r\n`, 0, 'latin1')
  frame.set(bytes, begin)
  frame.write('\r\n', begin + bytes.length, 'latin1')
  return frame
}

export const LAST_CHUNK = '0\r\n\r\n'

/** Buffer over bytes that somebody else made, without copying. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
