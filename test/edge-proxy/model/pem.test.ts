import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { CaCertificate } from '#model/ca-certificate'
import { Certificate } from '#model/certificate'
import { belongTogether, certificatesIn, readCertificate, readPrivateKey } from '#model/pem'
import {
  authority,
  EC_CERT,
  EC_KEY,
  ED_CERT,
  ED_KEY,
  EXPIRED_CERT,
  RSA_CERT,
  RSA_KEY,
} from '../../support/certificates.ts'

const oldForm = (key: string, type: 'pkcs1' | 'sec1') =>
  createPrivateKey(key).export({ type, format: 'pem' }).toString()
const stranger = (type: 'rsa' | 'ec') =>
  (type === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength: 1024 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  ).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString()

const problemsOf = (sent: Record<string, unknown>) => {
  const parsed = Certificate.parse(sent)
  return parsed.ok ? undefined : parsed.fields
}

describe('a certificate', () => {
  it('tells its time, and whether it is an authority', () => {
    const now = Date.UTC(2026, 10, 23)
    expect(readCertificate(EC_CERT)).toMatchObject({ isAuthority: true })
    expect(readCertificate(EC_CERT)?.notAfter).toBeGreaterThan(now + 99 * 365 * 86_400_000)
    expect(readCertificate(RSA_CERT)).toMatchObject({ isAuthority: false })
    expect(readCertificate(EXPIRED_CERT)?.notAfter).toBeLessThan(now)
    expect(certificatesIn(EC_CERT + RSA_CERT)).toHaveLength(2)
  })

  it.each([
    ['EC', EC_CERT, EC_KEY],
    ['EC in its old form', EC_CERT, oldForm(EC_KEY, 'sec1')],
    ['RSA', RSA_CERT, RSA_KEY],
    ['RSA in its old form', RSA_CERT, oldForm(RSA_KEY, 'pkcs1')],
    ['Ed25519', ED_CERT, ED_KEY],
    ['the first of a chain', RSA_CERT + EC_CERT, RSA_KEY],
    ['from a vault', '{vault://env/cert}', '{vault://env/key}'],
  ])('goes with its key: %s', (_, cert, key) => {
    expect(problemsOf({ cert, key })).toBeUndefined()
  })

  it.each([
    ['another EC key', EC_CERT, stranger('ec')],
    ['another RSA key', RSA_CERT, stranger('rsa')],
    ['a key of another type', RSA_CERT, EC_KEY],
  ])('does not go with %s', (_, cert, key) => {
    expect(problemsOf({ cert, key })).toEqual({ '@entity': ['certificate does not match key'] })
  })

  it.each([
    ['no PEM', 'x'],
    ['what is cut off', EC_CERT.slice(0, 200)],
    ['bytes that are no DER', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'],
    ['a key', EC_KEY],
  ])('is not %s', (_, cert) => {
    expect(problemsOf({ cert, key: EC_KEY })).toEqual({
      cert: 'invalid certificate: x509.new: not a certificate in PEM',
    })
  })

  it('has a second pair of another type, complete, and matching', () => {
    const pair = { cert: RSA_CERT, key: RSA_KEY }
    expect(problemsOf({ ...pair, cert_alt: EC_CERT, key_alt: EC_KEY })).toBeUndefined()
    expect(problemsOf({ ...pair, cert_alt: EC_CERT })).toEqual({
      '@entity': ["all or none of these fields must be set: 'cert_alt', 'key_alt'"],
    })
    expect(problemsOf({ ...pair, cert_alt: EC_CERT, key_alt: stranger('ec') })).toEqual({
      '@entity': ['alternative certificate does not match key'],
    })
    expect(problemsOf({ ...pair, cert_alt: RSA_CERT, key_alt: RSA_KEY })).toEqual({
      '@entity': [expect.stringContaining('need to have different type (e.g. RSA and ECDSA)')],
    })
  })
})

describe('a private key', () => {
  it.each([
    ['a certificate', EC_CERT],
    ['an encrypted one', EC_KEY.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY')],
    ['text', 'x'],
  ])('is not %s', (_, key) => {
    expect(readPrivateKey(key)).toBeUndefined()
  })

  it('without its public part is taken for that of a certificate of its type', () => {
    const key = { algorithm: '1.3.101.112', value: undefined }
    expect(belongTogether({ algorithm: '1.3.101.112', value: 'aa' }, key)).toBe(true)
    expect(belongTogether({ algorithm: '1.2.840.10045.2.1', value: 'aa' }, key)).toBe(false)
  })
})

describe('a CA certificate', () => {
  it.each([
    [authority(7), undefined],
    [
      RSA_CERT,
      'certificate does not appear to be a CA because it is missing the "CA" basic constraint',
    ],
    [EXPIRED_CERT, 'certificate expired, "Not After" time is in the past'],
    [EC_CERT + authority(7), 'please submit only one certificate at a time'],
  ])('must be one, alone, and of now (%#)', (cert, problem) => {
    const parsed = CaCertificate.parse({ cert })
    expect(parsed.ok ? undefined : parsed.fields).toEqual(problem && { '@entity': [problem] })
  })
})
