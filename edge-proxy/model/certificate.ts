import type * as z from 'zod'
import { entity } from './kit.ts'
import { belongTogether, type PublicPart, readCertificate, readPrivateKey } from './pem.ts'
import { judged, optional, tags } from './types.ts'
import type { Fields } from './violation.ts'

/** Kong tells what its TLS library says of such texts; ours is read without one. */
const certificatePem = judged((value) =>
  isVaultReference(value) || readCertificate(value)
    ? undefined
    : 'invalid certificate: x509.new: not a certificate in PEM',
)

const keyPem = judged((value) =>
  isVaultReference(value) || readPrivateKey(value)
    ? undefined
    : 'invalid key: pkey.new:load_key: not a private key in PEM, or encrypted',
)

export const Certificate = entity({
  name: 'certificate',
  plural: 'certificates',
  summary: 'A certificate and its private key, to answer TLS with or to show an upstream.',
  fields: {
    cert: certificatePem.meta({
      description: 'Certificate chain, PEM.',
      widget: 'textarea',
      referenceable: true,
    }),
    key: keyPem.meta({
      description: 'Private key, PEM.',
      widget: 'textarea',
      secret: 'used',
      referenceable: true,
    }),
    cert_alt: optional(certificatePem).meta({
      description: 'A second chain of another key type, PEM.',
      widget: 'textarea',
      referenceable: true,
    }),
    key_alt: optional(keyPem).meta({
      description: 'Private key of the second chain, PEM.',
      widget: 'textarea',
      secret: 'used',
      referenceable: true,
    }),
    tags,
  },
  checks: [checkPairs],
})

export type Certificate = z.output<typeof Certificate.row>

/** Keys must be of their certificates, and the second pair of another type than the first. */
function checkPairs(row: Record<string, unknown>): Fields | undefined {
  const { cert, key, cert_alt, key_alt } = row
  if ((cert_alt === null) !== (key_alt === null)) {
    return { '@entity': ["all or none of these fields must be set: 'cert_alt', 'key_alt'"] }
  }
  const first = certificateOf(cert)
  const second = certificateOf(cert_alt)
  if (!match(first, keyOf(key))) return { '@entity': ['certificate does not match key'] }
  if (!match(second, keyOf(key_alt))) {
    return { '@entity': ['alternative certificate does not match key'] }
  }
  if (first && second && first.algorithm === second.algorithm) {
    return {
      '@entity': [
        'certificate and alternative certificate need to have different type (e.g. RSA and ECDSA), the provided certificates were both of the same type',
      ],
    }
  }
  return undefined
}

const isVaultReference = (value: string): boolean => value.startsWith('{vault://')

const match = (certificate: PublicPart | undefined, key: PublicPart | undefined): boolean =>
  !certificate || !key || belongTogether(certificate, key)

const certificateOf = (value: unknown): PublicPart | undefined =>
  typeof value === 'string' ? readCertificate(value)?.key : undefined

const keyOf = (value: unknown): PublicPart | undefined =>
  typeof value === 'string' ? readPrivateKey(value) : undefined
