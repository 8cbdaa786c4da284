import * as z from 'zod'
import { get } from '#workers/api/module'
import { Problem } from '#workers/api/problem'
import { licenceOf } from './service.ts'

const limit = z.int().min(0).nullable()

export const Licence = z
  .object({
    id: z.string(),
    plan: z.string().meta({ description: 'Name of the plan.' }),
    entitlements: z
      .object({ runtime_groups: limit, runtimes: limit })
      .meta({ description: 'How many of each the organization may have; null means any number.' }),
    issued_at: z.string().meta({ description: 'RFC 3339.' }),
    expires_at: z.string().nullable().meta({ description: 'RFC 3339; null when it does not end.' }),
    expired: z.boolean(),
  })
  .meta({ description: 'What the organization may use.' })

export const routes = [
  get('/v2/licence', {
    summary: 'Read the licence of the organization',
    permission: 'licence:read',
    answer: Licence,
    async handle({ actor, db, now }) {
      const licence = await licenceOf(db, actor.organization_id)
      if (!licence) throw new Problem('not_found', 'The organization has no licence.')
      const { organization_id: _, ...rest } = licence
      return {
        ...rest,
        expired: licence.expires_at !== null && Date.parse(licence.expires_at) <= now(),
      }
    },
  }),
]
