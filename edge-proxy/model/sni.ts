import * as z from 'zod'
import { entity } from './kit.ts'
import { reference, tags } from './types.ts'

export const Sni = entity({
  name: 'sni',
  plural: 'snis',
  nested: { under: 'certificate', path: 'snis' },
  summary: 'A host name that a certificate answers for.',
  key: 'name',
  fields: {
    name: z
      .string()
      .min(1, 'length must be at least 1')
      .meta({ description: 'Host name, or one `*` label at either end.', unique: true }),
    certificate: reference('certificate', 'cascade').meta({
      description: 'The certificate that answers.',
    }),
    tags,
  },
})

export type Sni = z.output<typeof Sni.row>
