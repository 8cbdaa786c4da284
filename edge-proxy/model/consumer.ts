import * as z from 'zod'
import { entity } from './kit.ts'
import { optional, tags } from './types.ts'

export const Consumer = entity({
  name: 'consumer',
  plural: 'consumers',
  summary: 'A person or program that calls your services.',
  key: 'username',
  fields: {
    username: optional(z.string().min(1, 'length must be at least 1')).meta({
      description: 'Unique within the group. Either this or custom_id is needed.',
      unique: true,
    }),
    custom_id: optional(z.string().min(1, 'length must be at least 1')).meta({
      description: 'Its identifier in your own systems.',
      unique: true,
    }),
    tags,
  },
  early: ({ username, custom_id }) =>
    [username, custom_id].every((name) => name === undefined || name === null || name === '')
      ? { '@entity': ["at least one of these fields must be non-empty: 'custom_id', 'username'"] }
      : undefined,
})

export type Consumer = z.output<typeof Consumer.row>
