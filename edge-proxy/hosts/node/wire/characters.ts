/** Classes of bytes in HTTP/1.1 messages, as tables indexed by the byte (RFC 9110 section 5.6.2, RFC 9112 section 2). */

const table = (accepts: (code: number) => boolean): Uint8Array => {
  const bytes = new Uint8Array(256)
  for (let code = 0; code < 256; code++) bytes[code] = accepts(code) ? 1 : 0
  return bytes
}

const among = (text: string) => (code: number) => text.includes(String.fromCharCode(code))
const isAlphanumeric = (code: number) => /[0-9A-Za-z]/.test(String.fromCharCode(code))
const isTokenMark = among("!#$%&'*+-.^_`|~")
const isAuthorityMark = among("-._~%!$&'()*+,;=:[]")

/** Bytes of a header name. */
export const tokenBytes = table((code) => isAlphanumeric(code) || isTokenMark(code))

/** Bytes of a header value: tab, space, visible and obs-text; no other control character. */
export const valueBytes = table((code) => code === 9 || (code >= 32 && code !== 127))

/** Bytes of a request target as nginx takes them: neither controls nor space; bytes above 127 pass. */
export const targetBytes = table((code) => code > 32 && code !== 127)

/** Bytes of methods that nginx takes. */
export const methodBytes = table((code) => (code >= 65 && code <= 90) || code === 45 || code === 95)

/** Bytes of a host with an optional port. */
export const authorityBytes = table((code) => isAlphanumeric(code) || isAuthorityMark(code))

export const TAB = 9
export const LF = 10
export const CR = 13
export const SPACE = 32
export const SLASH = 47
export const COLON = 58
export const SEMICOLON = 59
export const QUESTION = 63

/** Whether every character of the text is in the table; false for characters above 255. */
export const consistsOf = (text: string, bytes: Uint8Array): boolean => {
  for (let at = 0; at < text.length; at++) if (bytes[text.charCodeAt(at)] !== 1) return false
  return true
}
