import { SEALED_PREFIX as PREFIX } from '#model/reserved'

/**
 * Envelope encryption of the secrets that runtimes must use (private keys): AES-256-GCM under the group's key, with a
 * nonce derived from the text (HMAC-SHA-256), so that the same content always gives the same snapshot. What it shows is
 * only that two secrets are equal.
 */
export interface Sealer {
  seal(text: string): Promise<string>
  open(sealed: string): Promise<string>
}

/** `key`: 32 bytes, base64url. */
export const sealer = async (key: string): Promise<Sealer> => {
  const raw = fromBase64Url(key)
  const nonceKey = await crypto.subtle.importKey(
    'raw',
    raw,
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  )
  const derived = await crypto.subtle.sign('HMAC', nonceKey, encoder.encode('tidegate/seal/v1'))
  const aes = await crypto.subtle.importKey('raw', derived, 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])

  return {
    async seal(text) {
      const plain = encoder.encode(text)
      const nonce = new Uint8Array(await crypto.subtle.sign('HMAC', nonceKey, plain)).slice(0, 12)
      const cipher = new Uint8Array(
        await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, aes, plain),
      )
      const joined = new Uint8Array(12 + cipher.length)
      joined.set(nonce)
      joined.set(cipher, 12)
      return PREFIX + toBase64Url(joined)
    },

    async open(sealed) {
      if (!sealed.startsWith(PREFIX)) throw new Error('not a sealed secret')
      const joined = fromBase64Url(sealed.slice(PREFIX.length))
      const plain = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: joined.slice(0, 12) },
        aes,
        joined.slice(12),
      )
      return decoder.decode(plain)
    },
  }
}

export const isSealed = (value: unknown): value is string =>
  typeof value === 'string' && value.startsWith(PREFIX)

/** A new key for `sealer`. */
export const newSealingKey = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(32)))

export const toBase64Url = (bytes: Uint8Array): string => {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

export const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  )

const encoder = new TextEncoder()
const decoder = new TextDecoder()
