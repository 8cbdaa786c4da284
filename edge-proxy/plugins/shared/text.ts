/**
 * What a byte string (one character for each byte, as headers and paths come off the wire) says as UTF-8. Text that is
 * ASCII, or holds characters that no byte string has, is answered as it is.
 */
export const textOf = (bytes: string): string => {
  let plain = true
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes.charCodeAt(at)
    if (code > 0xff) return bytes
    if (code > 0x7f) plain = false
  }
  if (plain) return bytes
  const octets = Uint8Array.from(bytes, (character) => character.charCodeAt(0))
  try {
    return strict.decode(octets)
  } catch {
    return bytes
  }
}

/** Bytes as a byte string. */
export const byteStringOf = (bytes: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}

export const bytesOf = (byteString: string): Uint8Array =>
  Uint8Array.from(byteString, (character) => character.charCodeAt(0))

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
