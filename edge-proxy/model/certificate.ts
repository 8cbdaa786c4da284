import * as z from 'zod'
import { entity } from './kit.ts'
import { optional, tags } from './types.ts'

const pem = (what: string) =>
  z
    .string()
    .refine(
      (value) => value.startsWith('{vault://') || value.includes('-----BEGIN '),
      `invalid ${what}: expected PEM`,
    )

export const Certificate = entity({
  name: 'certificate',
  plural: 'certificates',
  summary: 'A certificate and its private key, to answer TLS with or to show an upstream.',
  fields: {
    cert: pem('certificate').meta({
      description: 'Certificate chain, PEM.',
      widget: 'textarea',
      referenceable: true,
    }),
    key: pem('key').meta({
      description: 'Private key, PEM.',
      widget: 'textarea',
      secret: 'used',
      referenceable: true,
    }),
    cert_alt: optional(pem('certificate')).meta({
      description: 'A second chain of another key type, PEM.',
      widget: 'textarea',
      referenceable: true,
    }),
    key_alt: optional(pem('key')).meta({
      description: 'Private key of the second chain, PEM.',
      widget: 'textarea',
      secret: 'used',
      referenceable: true,
    }),
    tags,
  },
  checks: [
    ({ cert_alt, key_alt }) =>
      (cert_alt === null) === (key_alt === null)
        ? undefined
        : { '@entity': ["all or none of these fields must be set: 'cert_alt', 'key_alt'"] },
  ],
})

export type Certificate = z.output<typeof Certificate.row>
