import * as z from 'zod'
import { findGroup } from '#modules/runtime-groups'
import { get } from '#workers/api/module'
import { listAudit } from './service.ts'

const Entry = z
  .object({
    id: z.string(),
    group_id: z.string().nullable().meta({ description: 'Runtime group that it happened in.' }),
    actor_kind: z.string().meta({ description: 'user, token or system.' }),
    actor_id: z.string(),
    actor_name: z.string(),
    action: z.string().meta({ description: 'What was done: `service.created`.' }),
    target_kind: z.string(),
    target_id: z.string(),
    target_name: z.string().nullable(),
    detail: z.unknown(),
    at: z.string().meta({ description: 'RFC 3339.' }),
  })
  .meta({ id: 'AuditEntry', description: 'Who did what to what.' })

export const routes = [
  get('/v2/audit', {
    summary: 'List who did what, newest first',
    permission: 'audit:read',
    query: z.object({
      group: z.string().optional().meta({ description: 'Runtime group, by id or name.' }),
      cursor: z.string().optional().meta({ description: 'From the page before.' }),
      size: z.coerce.number().int().min(1).max(1000).default(100),
    }),
    answer: z.object({ data: z.array(Entry), next_cursor: z.string().nullable() }),
    async handle(context, { query: { group, cursor, size } }) {
      const group_id = group === undefined ? undefined : (await findGroup(context, group)).id
      const { data, next_cursor } = await listAudit(context, {
        size,
        ...(group_id === undefined ? {} : { group_id }),
        ...(cursor === undefined ? {} : { cursor }),
      })
      return { data: data.map(({ organization_id: _, ...entry }) => entry), next_cursor }
    },
  }),
]
