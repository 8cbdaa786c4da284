import { fromBase64Url, toBase64Url } from '#engine/seal'
import type { Env } from '../env.ts'

/*
 * Every key of the control plane comes from one secret binding, by HKDF (RFC 5869) with a label for each purpose: a
 * leaked key of one purpose opens nothing of another.
 */
const VERSION = 'v1:'
const encoder = new TextEncoder()
const decoder = new TextDecoder()
/** Derived keys of this isolate, by secret, purpose and label. Deriving costs more than using. */
const derived = new Map<string, Promise<CryptoKey>>()

/** AES-256-GCM key for a label. */
export const deriveKey = (env: Pick<Env, 'TIDEGATE_SECRET'>, label: string): Promise<CryptoKey> =>
  derive(env, `encrypt/${label}`, { name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt'])

/** Encrypts under the label's key with a random nonce. */
export const encrypt = async (
  env: Pick<Env, 'TIDEGATE_SECRET'>,
  label: string,
  text: string,
): Promise<string> => {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const key = await deriveKey(env, label)
  const cipher = new Uint8Array(
    await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, encoder.encode(text)),
  )
  const joined = new Uint8Array(iv.length + cipher.length)
  joined.set(iv)
  joined.set(cipher, iv.length)
  return VERSION + toBase64Url(joined)
}

/** Whether text looks like what `encrypt` makes. */
export const isEncrypted = (text: string): boolean => text.startsWith(VERSION)

/** Opens what `encrypt` made. Throws when the text was changed or made under another secret or label. */
export const decrypt = async (
  env: Pick<Env, 'TIDEGATE_SECRET'>,
  label: string,
  sealed: string,
): Promise<string> => {
  if (!isEncrypted(sealed)) throw new Error(`not encrypted text (label ${label})`)
  const joined = fromBase64Url(sealed.slice(VERSION.length))
  const key = await deriveKey(env, label)
  const plain = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: joined.slice(0, 12) },
    key,
    joined.slice(12),
  )
  return decoder.decode(plain)
}

/** HMAC-SHA-256, hexadecimal: finds a secret in D1 without D1 holding it. */
export const digestSecret = async (
  env: Pick<Env, 'TIDEGATE_SECRET'>,
  label: string,
  text: string,
): Promise<string> => {
  const key = await derive(env, `digest/${label}`, { name: 'HMAC', hash: 'SHA-256', length: 256 }, [
    'sign',
  ])
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const derive = (
  { TIDEGATE_SECRET }: Pick<Env, 'TIDEGATE_SECRET'>,
  info: string,
  algorithm: { name: string; length: number; hash?: string },
  usages: ('encrypt' | 'decrypt' | 'sign')[],
): Promise<CryptoKey> => {
  const name = `${TIDEGATE_SECRET}/${info}`
  const known = derived.get(name)
  if (known) return known
  const made = deriveAnew(TIDEGATE_SECRET, info, algorithm, usages)
  derived.set(name, made)
  return made
}

const deriveAnew = async (
  secret: string,
  info: string,
  algorithm: { name: string; length: number; hash?: string },
  usages: ('encrypt' | 'decrypt' | 'sign')[],
): Promise<CryptoKey> => {
  const raw = bytesOf(secret)
  if (raw.length < 32) throw new Error('TIDEGATE_SECRET must be at least 32 bytes, base64url')
  const root = await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey'])
  return crypto.subtle.deriveKey(
    {
      name: 'HKDF',
      hash: 'SHA-256',
      salt: encoder.encode('tidegate/control/v1'),
      info: encoder.encode(info),
    },
    root,
    algorithm,
    false,
    usages,
  )
}

const bytesOf = (secret: string | undefined): Uint8Array<ArrayBuffer> => {
  try {
    return fromBase64Url(secret ?? '')
  } catch {
    return new Uint8Array(0)
  }
}
