import * as z from 'zod'
import { entity } from './kit.ts'
import { certificatesIn, readCertificate } from './pem.ts'
import { judged, optional, tags } from './types.ts'
import type { Fields } from './violation.ts'

export const CaCertificate = entity({
  name: 'ca_certificate',
  plural: 'ca_certificates',
  summary: 'A certificate authority that upstreams or clients may be verified with.',
  fields: {
    cert: judged((value) =>
      readCertificate(value)
        ? undefined
        : 'invalid certificate: x509.new: not a certificate in PEM',
    ).meta({ description: 'The authority, PEM.', widget: 'textarea' }),
    cert_digest: optional(z.string()).meta({
      description: 'SHA-256 of the certificate, in hexadecimal.',
      unique: true,
      auto: 'digest',
    }),
    tags,
  },
  checks: [checkAuthority],
})

export type CaCertificate = z.output<typeof CaCertificate.row>

function checkAuthority({ cert }: Record<string, unknown>): Fields | undefined {
  const facts = readCertificate(String(cert))
  if (!facts) return undefined
  if (certificatesIn(String(cert)).length > 1) {
    return { '@entity': ['please submit only one certificate at a time'] }
  }
  if (facts.notAfter < Date.now()) {
    return { '@entity': ['certificate expired, "Not After" time is in the past'] }
  }
  return facts.isAuthority
    ? undefined
    : {
        '@entity': [
          'certificate does not appear to be a CA because it is missing the "CA" basic constraint',
        ],
      }
}
