import type * as z from 'zod'
import { serverNameProblem } from './host-name.ts'
import { entity } from './kit.ts'
import { judged, reference, tags } from './types.ts'

export const Sni = entity({
  name: 'sni',
  plural: 'snis',
  nested: { under: 'certificate', path: 'snis' },
  summary: 'A host name that a certificate answers for.',
  key: 'name',
  fields: {
    name: judged(serverNameProblem).meta({
      description: 'Host name, or one `*` label at either end.',
      unique: true,
    }),
    certificate: reference('certificate', 'cascade').meta({
      description: 'The certificate that answers.',
    }),
    tags,
  },
})

export type Sni = z.output<typeof Sni.row>
