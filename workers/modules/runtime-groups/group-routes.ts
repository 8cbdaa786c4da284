import * as z from 'zod'
import { del, get, patch, post, put, type Route } from '#workers/api/module'
import { deleteGroup } from './deletion.ts'
import type { GroupState } from './group.ts'
import { listGroups } from './group-list.ts'
import {
  ChangedGroup,
  Group,
  GroupDetail,
  GroupPage,
  GroupQuery,
  NewGroup,
} from './group-shapes.ts'
import { changeGroup, createGroup, findGroup } from './groups.ts'
import type { RuntimeGroupRow } from './model.ts'
import { groupObject } from './stub.ts'

/** Groups, under both names that clients know them by. */
export const groupRoutes = (prefix: '/v2/runtime-groups' | '/v2/control-planes'): Route[] => [
  get(prefix, {
    summary: 'List runtime groups',
    permission: 'groups:read',
    query: GroupQuery,
    answer: GroupPage,
    async handle(context, { query, request }) {
      const { rows, total } = await listGroups(context, query)
      const page = { number: query['page[number]'], size: query['page[size]'], total }
      return { data: rows.map((row) => answerOf(row, request)), meta: { page } }
    },
  }),

  post(prefix, {
    summary: 'Make a runtime group',
    permission: 'groups:write',
    body: NewGroup,
    answer: Group,
    status: 201,
    async handle(context, { body, request }) {
      return answerOf(await createGroup(context, body), request)
    },
  }),

  get(`${prefix}/:group`, {
    summary: 'Read a runtime group, by id or name',
    permission: 'groups:read',
    answer: GroupDetail,
    async handle(context, { params, request }) {
      const group = await findGroup(context, params.group)
      const state = await groupObject(context.env, group.id).summary()
      return { ...answerOf(group, request), publishing: publishingOf(state) }
    },
  }),

  ...[patch, put].map((verb) =>
    verb(`${prefix}/:group`, {
      summary: 'Change a runtime group: what is left out stays',
      permission: 'groups:write',
      body: ChangedGroup,
      answer: Group,
      async handle(context, { params, body, request }) {
        const group = await findGroup(context, params.group)
        return answerOf(await changeGroup(context, group, body), request)
      },
    }),
  ),

  del(`${prefix}/:group`, {
    summary: 'Delete a runtime group and, with `force`, everything in it',
    permission: 'groups:write',
    query: z.object({
      force: z
        .enum(['true', 'false'])
        .default('false')
        .meta({ description: 'Also when the group holds configuration or runtimes.' }),
    }),
    status: 204,
    async handle(context, { params, query }) {
      const group = await findGroup(context, params.group)
      await deleteGroup(context, group, query.force === 'true')
    },
  }),
]

const answerOf = (group: RuntimeGroupRow, request: Request) => {
  const { origin } = new URL(request.url)
  const { proxy_urls, auth_type } = group.settings
  return {
    id: group.id,
    name: group.name,
    description: group.description ?? '',
    labels: group.labels,
    config: {
      control_plane_endpoint: origin,
      telemetry_endpoint: origin,
      cluster_type: 'CLUSTER_TYPE_CONTROL_PLANE',
      auth_type,
      cloud_gateway: false,
      proxy_urls,
    },
    created_at: group.created_at,
    updated_at: group.updated_at,
  }
}

const publishingOf = ({ latest, error }: GroupState) => ({
  version: latest?.version ?? null,
  root: latest?.root ?? null,
  published_at: latest?.created_at ?? null,
  counts: latest?.counts ?? {},
  last_error: error,
})
