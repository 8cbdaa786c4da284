import * as z from 'zod'
import { entity } from './kit.ts'
import { reference, tags } from './types.ts'

export const Acl = entity({
  name: 'acl',
  plural: 'acls',
  nested: { under: 'consumer', path: 'acls' },
  summary: 'Membership of a consumer in a group that the acl plugin allows or denies.',
  key: 'group',
  uniqueTogether: ['consumer', 'group'],
  updatedAt: false,
  fields: {
    consumer: reference('consumer', 'cascade').meta({ description: 'Who is in the group.' }),
    group: z
      .string()
      .min(1, 'length must be at least 1')
      .meta({ description: 'Name of the group.' }),
    tags,
  },
})

export type Acl = z.output<typeof Acl.row>
