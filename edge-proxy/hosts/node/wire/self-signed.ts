import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** ASN.1 in DER (ITU-T X.690): a tag, a length, the content. */
const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  const { length } = content
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const integer = (bytes: Uint8Array) => der(0x02, bytes)
const text = (value: string) => der(0x0c, Buffer.from(value))

const ECDSA_WITH_SHA256 = oid('2a8648ce3d040302')
const COMMON_NAME = oid('550403')
const SUBJECT_ALT_NAME = oid('551d11')
const BASIC_CONSTRAINTS = oid('551d13')

/** Time as certificates write it: UTCTime to 2049, GeneralizedTime after (RFC 5280 section 4.1.2.5). */
const time = (date: Date): Buffer => {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return date.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : der(0x18, Buffer.from(`${digits}Z`))
}

const name = (commonName: string) => sequence(der(0x31, sequence(COMMON_NAME, text(commonName))))

const extension = (id: Buffer, value: Buffer) => sequence(id, der(0x04, value))

/**
 * A certificate that a listener shows until it is given a real one: ECDSA P-256, signed by itself, for one host name,
 * valid for ten years (RFC 5280).
 */
export const selfSigned = (host: string, now = new Date()): { cert: string; key: string } => {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const from = new Date(now.getTime() - 3_600_000)
  const until = new Date(now)
  until.setUTCFullYear(until.getUTCFullYear() + 10)
  const serial = randomBytes(16)
  // Positive, and without a leading zero.
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40

  const algorithm = sequence(ECDSA_WITH_SHA256)
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name(host),
    sequence(time(from), time(until)),
    name(host),
    pair.publicKey,
    der(
      0xa3,
      sequence(
        extension(SUBJECT_ALT_NAME, sequence(der(0x82, Buffer.from(host)))),
        extension(BASIC_CONSTRAINTS, sequence()),
      ),
    ),
  )
  const signature = sign('sha256', body, createPrivateKey(pair.privateKey))
  const certificate = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature))
  return { cert: pem(certificate), key: pair.privateKey }
}

const pem = (certificate: Buffer): string => {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
