import * as z from 'zod'
import { del, get, post, type Route } from '#workers/api/module'
import { cursorOf, PageQuery, pageOf, pageShape } from './cursor.ts'
import { Problems } from './group-shapes.ts'
import { findGroup } from './groups.ts'
import type { RegistrationTokenRow } from './model.ts'
import { deleteNode, findNode, listNodes } from './nodes.ts'
import {
  createRegistrationToken,
  listRegistrationTokens,
  revokeRegistrationToken,
} from './registration-tokens.ts'
import { listVersions } from './version-list.ts'

const Node = z.object({
  id: z.string(),
  hostname: z.string(),
  host: z.enum(['worker', 'node']),
  version: z.string().meta({ description: 'Of its software.' }),
  config_version: z.int(),
  config_root: z.string().nullable(),
  state: z.enum(['connected', 'disconnected']),
  in_sync: z.boolean().meta({ description: 'Runs the content that was published last.' }),
  last_seen: z.string().nullable(),
  applied_at: z.string().nullable(),
  started_at: z.string().nullable(),
  refused: z
    .object({
      version: z.int().nullable(),
      at: z.string(),
      reason: z.string(),
      entities: Problems,
    })
    .nullable()
    .meta({ description: 'The configuration that it would not run, and why.' }),
  warnings: Problems,
  records_dropped: z.int(),
  created_at: z.string(),
})

const Version = z.object({
  version: z.int(),
  root: z.string(),
  previous: z.string().nullable(),
  created_at: z.string(),
  actor: z.string().meta({ description: 'Who made the changes.' }),
  counts: z.record(z.string(), z.int()),
  nodes_in_sync: z.int().meta({ description: 'Connected runtimes that run this version.' }),
})

const NewToken = z.strictObject({
  name: z.string().min(1).max(255).nullish(),
  expires_at: z.iso.datetime({ offset: true }).nullish().meta({ description: 'RFC 3339.' }),
})

const Token = z.object({
  id: z.string(),
  name: z.string(),
  created_by: z.string(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
})

/** A group's runtimes, versions and registration tokens. */
export const nodeRoutes = (prefix: '/v2/runtime-groups' | '/v2/control-planes'): Route[] => [
  get(`${prefix}/:group/nodes`, {
    summary: 'List the runtimes of a group',
    permission: 'nodes:read',
    query: PageQuery,
    answer: pageShape(Node),
    async handle(context, { params, query, request }) {
      const group = await findGroup(context, params.group)
      const rows = await listNodes(context, group, query.size + 1, cursorOf(query))
      return pageOf(request, rows, query.size, (row) => row)
    },
  }),

  get(`${prefix}/:group/nodes/:node`, {
    summary: 'Read one runtime',
    permission: 'nodes:read',
    answer: Node,
    async handle(context, { params }) {
      return findNode(context, await findGroup(context, params.group), params.node)
    },
  }),

  del(`${prefix}/:group/nodes/:node`, {
    summary: 'Forget a runtime and end its token',
    permission: 'nodes:write',
    status: 204,
    async handle(context, { params }) {
      await deleteNode(context, await findGroup(context, params.group), params.node)
    },
  }),

  get(`${prefix}/:group/versions`, {
    summary: 'List what was published, newest first',
    permission: 'groups:read',
    query: PageQuery,
    answer: pageShape(Version),
    async handle(context, { params, query, request }) {
      const group = await findGroup(context, params.group)
      const rows = await listVersions(context, group, query.size + 1, cursorOf(query)?.id)
      return pageOf(request, rows, query.size, ({ created_at, version }) => ({
        created_at,
        id: String(version),
      }))
    },
  }),

  get(`${prefix}/:group/registration-tokens`, {
    summary: 'List registration tokens; their secrets are not shown again',
    permission: 'nodes:read',
    query: PageQuery,
    answer: pageShape(Token),
    async handle(context, { params, query, request }) {
      const group = await findGroup(context, params.group)
      const rows = await listRegistrationTokens(context, group, query.size + 1, cursorOf(query))
      return pageOf(request, rows.map(tokenAnswer), query.size, (row) => row)
    },
  }),

  post(`${prefix}/:group/registration-tokens`, {
    summary: 'Make a token that runtimes register with; it is shown this once',
    permission: 'nodes:write',
    body: NewToken,
    answer: Token.extend({ token: z.string() }),
    status: 201,
    async handle(context, { params, body }) {
      const group = await findGroup(context, params.group)
      const { row, token } = await createRegistrationToken(context, group, body)
      return { ...tokenAnswer(row), token }
    },
  }),

  del(`${prefix}/:group/registration-tokens/:token`, {
    summary: 'Revoke a registration token; runtimes that used it stay',
    permission: 'nodes:write',
    status: 204,
    async handle(context, { params }) {
      const group = await findGroup(context, params.group)
      await revokeRegistrationToken(context, group, params.token)
    },
  }),
]

const tokenAnswer = ({ digest: _, group_id: __, ...rest }: RegistrationTokenRow) => rest
