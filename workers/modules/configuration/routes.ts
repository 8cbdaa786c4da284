import * as z from 'zod'
import { findGroup } from '#modules/runtime-groups'
import { plugins } from '#plugins/index'
import { crudRoutes, READ, WRITE } from '#workers/api/crud'
import { get, post, type Route } from '#workers/api/module'
import { pageAnswer, sizeOf } from '#workers/api/pages'
import { linkPathOf, type Surface, surfaces } from '#workers/api/surface'
import { readDocument } from './document.ts'
import { schemaRoutes } from './schema-routes.ts'
import { importConfiguration } from './service.ts'

/** The version of Kong whose Admin API this is: clients choose their behaviour by it. */
export const KONG_VERSION = '3.9.1'

const adminRoutes: Route[] = [
  get('/admin/:group', {
    summary: 'What this Admin API is',
    permission: READ,
    async handle(context, { params }) {
      const group = await findGroup(context, params.group)
      return {
        version: KONG_VERSION,
        edition: 'community',
        tagline: 'Welcome to kong',
        hostname: group.name,
        node_id: group.id,
        configuration: {
          database: 'postgres',
          role: 'control_plane',
          router_flavor: 'traditional_compatible',
          plugins: plugins.map(({ name }) => name),
        },
        plugins: {
          available_on_server: Object.fromEntries(
            plugins.map(({ name, priority }) => [name, { priority, version: KONG_VERSION }]),
          ),
        },
      }
    },
  }),
  get('/admin/:group/plugins/enabled', {
    summary: 'Names of the plugins that there are',
    permission: READ,
    handle: () => ({ enabled_plugins: plugins.map(({ name }) => name) }),
  }),
  get('/admin/:group/status', {
    summary: 'Whether the database answers',
    permission: READ,
    async handle(context, { params }) {
      await findGroup(context, params.group)
      return { database: { reachable: true } }
    },
  }),
]

const Document = z
  .looseObject({ _format_version: z.string() })
  .meta({ id: 'Document', description: 'A Kong declarative document, `_format_version` 3.0.' })

const importRoute = (path: '/admin/:group/config' | '/v2/runtime-groups/:group/config'): Route =>
  post(path, {
    summary: 'Replace the whole configuration with a declarative document (JSON or YAML)',
    permission: WRITE,
    accepts: Document,
    status: 201,
    async handle(context, { params, query, request }) {
      const group = await findGroup(context, params.group)
      const flatten = ['1', 'true'].includes(query.flatten_errors ?? '')
      return importConfiguration(context, group.id, await readDocument(request), { flatten })
    },
  })

const tagRoutes = (surface: Surface): Route[] =>
  (['/tags', '/tags/:tag'] as const).map((path) =>
    get(`${surface.base as '/:group'}${path}`, {
      summary: path === '/tags' ? 'List tags and what carries them' : 'List what carries a tag',
      permission: READ,
      ...(surface.alias ? { alias: true } : {}),
      async handle(context, { params, request }) {
        const { group, tag } = params as { group: string; tag?: string }
        const query = new URL(request.url).searchParams
        const { id } = await findGroup(context, group)
        const offset = query.get('offset')
        const page = await context.store(id).tags({
          size: sizeOf(query.get('size') ?? '100'),
          ...(offset === null ? {} : { offset }),
          ...(tag === undefined ? {} : { tag }),
        })
        return pageAnswer(linkPathOf(surface, request), query, page)
      },
    }),
  )

export const routes: Route[] = [
  ...adminRoutes,
  ...schemaRoutes,
  ...surfaces.flatMap(tagRoutes),
  importRoute('/admin/:group/config'),
  importRoute('/v2/runtime-groups/:group/config'),
  ...crudRoutes(findGroup),
]
