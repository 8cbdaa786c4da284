import { type Element, elementsOf, nth, oidOf, TAG, timeOf, within } from './der.ts'

/** What can be told of a certificate without cryptography. */
export interface CertificateFacts {
  key: PublicPart
  /** Epoch milliseconds. */
  notAfter: number
  isAuthority: boolean
}

/**
 * The public part of a key: its algorithm, and the modulus (RSA) or the point (EC) in hexadecimal. A private key need not
 * carry it, then `value` is undefined.
 */
export interface PublicPart {
  algorithm: string
  value: string | undefined
}

const RSA = '1.2.840.113549.1.1.1'
const EC = '1.2.840.10045.2.1'
const BASIC_CONSTRAINTS = '2.5.29.19'

/** The first certificate of a PEM text; nothing when there is none that can be read. */
export const readCertificate = (pem: string): CertificateFacts | undefined => {
  const [first] = certificatesIn(pem)
  return first && attempt(() => certificateFacts(first))
}

/** The certificates of a PEM text, as DER. */
export const certificatesIn = (pem: string): Uint8Array[] => blocksOf(pem, /^CERTIFICATE$/)

/** The private key of a PEM text; nothing when there is none that can be read. Encrypted ones cannot. */
export const readPrivateKey = (pem: string): PublicPart | undefined => {
  for (const [label, read] of Object.entries(privateKeys)) {
    const [der] = blocksOf(pem, new RegExp(`^${label}$`))
    if (der) return attempt(() => read(within(elementsOf(der), 0)))
  }
  return undefined
}

/** Whether a key can be of a certificate. What the key does not tell of its public part is not held against it. */
export const belongTogether = (certificate: PublicPart, key: PublicPart): boolean =>
  certificate.algorithm === key.algorithm &&
  (key.value === undefined || certificate.value === key.value)

const certificateFacts = (der: Uint8Array): CertificateFacts => {
  const fields = within(within(elementsOf(der), 0), 0)
  // The version comes first, and may be left out.
  const shift = nth(fields, 0).tag === 0xa0 ? 1 : 0
  const publicKey = within(fields, 5 + shift)
  const bits = nth(publicKey, 1)
  const extensions = fields.find(({ tag }) => tag === 0xa3)
  return {
    key: publicPart(oidOf(nth(within(publicKey, 0), 0)), bits.bytes.subarray(1)),
    notAfter: timeOf(nth(within(fields, 3 + shift), 1)),
    isAuthority: extensions !== undefined && isAuthority(extensions),
  }
}

const publicPart = (algorithm: string, bytes: Uint8Array): PublicPart => ({
  algorithm,
  value: algorithm === RSA ? integer(nth(within(elementsOf(bytes), 0), 0)) : hex(bytes),
})

const isAuthority = (extensions: Element): boolean =>
  elementsOf(nth(elementsOf(extensions.bytes), 0).bytes).some((extension) => {
    const parts = elementsOf(extension.bytes)
    if (oidOf(nth(parts, 0)) !== BASIC_CONSTRAINTS) return false
    const [flag] = within(elementsOf(nth(parts, parts.length - 1).bytes), 0)
    return flag?.tag === TAG.boolean && flag.bytes[0] !== 0
  })

/** RFC 5958, RFC 8017 appendix A.1.2 and RFC 5915. */
const privateKeys: Record<string, (fields: Element[]) => PublicPart> = {
  'PRIVATE KEY': (fields) => {
    const algorithm = oidOf(nth(within(fields, 1), 0))
    const inner = elementsOf(nth(fields, 2).bytes)
    if (algorithm === RSA) return rsaKey(elementsOf(nth(inner, 0).bytes))
    if (algorithm === EC) return ecKey(elementsOf(nth(inner, 0).bytes))
    const point = fields.find(({ tag }) => tag === 0x81)
    return { algorithm, value: point && hex(point.bytes.subarray(1)) }
  },
  'RSA PRIVATE KEY': (fields) => rsaKey(fields),
  'EC PRIVATE KEY': (fields) => ecKey(fields),
}

const rsaKey = (fields: Element[]): PublicPart => ({
  algorithm: RSA,
  value: integer(nth(fields, 1)),
})

const ecKey = (fields: Element[]): PublicPart => {
  if (nth(fields, 1).tag !== TAG.octets) throw new RangeError('no private key')
  const point = fields.find(({ tag }) => tag === 0xa1)
  const bits = point && nth(elementsOf(point.bytes), 0)
  return { algorithm: EC, value: bits && hex(bits.bytes.subarray(1)) }
}

/** A whole number, without the zeros that only keep it positive. */
const integer = ({ tag, bytes }: Element): string => {
  if (tag !== TAG.integer) throw new RangeError('no integer')
  return hex(bytes).replace(/^(?:00)+/, '')
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** RFC 7468: the blocks of one label, decoded. */
const blocksOf = (pem: string, label: RegExp): Uint8Array[] =>
  [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g)].flatMap(
    ([, found = '', text = '']) => {
      const bytes = label.test(found)
        ? attempt(() =>
            Uint8Array.from(atob(text.replace(/\s+/g, '')), (character) => character.charCodeAt(0)),
          )
        : undefined
      return bytes && bytes.length > 0 ? [bytes] : []
    },
  )

/** What cannot be read is no certificate and no key: there is nothing else to tell. */
const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}
