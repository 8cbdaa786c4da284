import * as z from 'zod'
import { entity } from './kit.ts'
import { optional, tags } from './types.ts'

export const CaCertificate = entity({
  name: 'ca_certificate',
  plural: 'ca_certificates',
  summary: 'A certificate authority that upstreams or clients may be verified with.',
  fields: {
    cert: z
      .string()
      .refine(
        (value) => value.includes('-----BEGIN CERTIFICATE-----'),
        'invalid certificate: expected PEM',
      )
      .meta({ description: 'The authority, PEM.', widget: 'textarea' }),
    cert_digest: optional(z.string()).meta({
      description: 'SHA-256 of the certificate, in hexadecimal.',
      unique: true,
      auto: 'digest',
    }),
    tags,
  },
})

export type CaCertificate = z.output<typeof CaCertificate.row>
