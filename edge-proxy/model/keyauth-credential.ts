import * as z from 'zod'
import { entity } from './kit.ts'
import { reference, tags } from './types.ts'

export const KeyauthCredential = entity({
  name: 'keyauth_credential',
  plural: 'keyauth_credentials',
  path: 'key-auths',
  nested: { under: 'consumer', path: 'key-auth' },
  summary: 'A key that identifies a consumer.',
  key: 'key',
  updatedAt: false,
  fields: {
    consumer: reference('consumer', 'cascade').meta({ description: 'Whose key it is.' }),
    key: z.string().min(1, 'length must be at least 1').optional().meta({
      description: 'The key. Left out, one is made.',
      unique: true,
      secret: 'compared',
      auto: 'token',
      widget: 'password',
    }),
    tags,
  },
})

export type KeyauthCredential = z.output<typeof KeyauthCredential.row>
