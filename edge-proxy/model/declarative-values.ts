import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { type EntityKind, metaOf } from './kit.ts'

/** Values that the server makes when they are left out: tokens at random, digests from the certificate. */
export const missingValues = (
  kind: EntityKind,
  row: Record<string, unknown>,
): Record<string, unknown> => {
  const made: Record<string, unknown> = {}
  for (const [field, schema] of Object.entries(kind.fields)) {
    if (row[field] !== undefined && row[field] !== null) continue
    const { auto } = metaOf(schema)
    if (auto === 'token') made[field] = newToken()
    if (auto === 'digest') {
      const digest = certificateDigest(row.cert)
      if (digest !== undefined) made[field] = digest
    }
  }
  return made
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** 32 letters and digits, 190 random bits. */
export const newToken = (): string => {
  let token = ''
  while (token.length < 32) {
    for (const byte of crypto.getRandomValues(new Uint8Array(48))) {
      // 248 is the largest multiple of 62 in a byte: what is above would favour the first letters.
      if (byte < 248 && token.length < 32) token += ALPHABET[byte % 62]
    }
  }
  return token
}

/** SHA-256 over the DER of a PEM certificate, in hexadecimal; undefined when it is none. */
export const certificateDigest = (pem: unknown): string | undefined => {
  if (typeof pem !== 'string') return undefined
  const base64 = /-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/.exec(pem)?.[1]
  if (base64 === undefined) return undefined
  try {
    const der = Uint8Array.from(atob(base64.replace(/\s+/g, '')), (character) =>
      character.charCodeAt(0),
    )
    return bytesToHex(sha256(der))
  } catch {
    return undefined
  }
}
