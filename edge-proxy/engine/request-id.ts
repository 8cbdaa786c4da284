const BATCH = 256
const bytes = new Uint8Array(16 * BATCH)
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
let next = BATCH

/** 32 hexadecimal digits that name one request. Random bytes are drawn for many requests at once. */
export const newRequestId = (): string => {
  if (next === BATCH) {
    crypto.getRandomValues(bytes)
    next = 0
  }
  const from = 16 * next++
  let id = ''
  for (let at = from; at < from + 16; at++) id += hex[bytes[at] as number]
  return id
}
