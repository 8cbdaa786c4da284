import * as z from 'zod'
import type { Module, Route } from './module.ts'
import { VERSION } from './version.ts'

/** The OpenAPI 3.0 document of all modules, made from the same data as the handlers. */
export const openapiOf = (modules: readonly Module[]): Record<string, unknown> => {
  const schemas: Record<string, unknown> = {}
  const paths: Record<string, Record<string, unknown>> = {}
  for (const module of modules) {
    for (const route of module.routes) {
      if (route.alias) continue
      const path = route.path.replace(/:([a-z_]+)/gi, '{$1}')
      paths[path] ??= {}
      paths[path][route.method.toLowerCase()] = operationOf(module, route, schemas)
    }
  }
  return {
    openapi: '3.0.3',
    info: {
      title: 'Tidegate',
      version: VERSION,
      description:
        'The API of the control plane. `/admin/{group}` is the Admin API that Kong’s clients speak; `/v2` is everything.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
    tags: modules.map(({ name, summary }) => ({ name, description: summary })),
    security: [{ token: [] }, { adminToken: [] }, { session: [] }],
    paths,
    components: {
      schemas: { ...schemas, Problem },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        adminToken: { type: 'apiKey', in: 'header', name: 'Kong-Admin-Token' },
        session: { type: 'apiKey', in: 'cookie', name: 'session' },
      },
    },
  }
}

type Schemas = Record<string, unknown>

const operationOf = (module: Module, route: Route, schemas: Schemas): Record<string, unknown> => {
  const status = route.status ?? (route.answer || route.method !== 'DELETE' ? 200 : 204)
  const body = route.body ?? route.accepts
  const content = (schema: unknown) => ({ 'application/json': { schema } })
  const failure = (description: string) => ({
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  })
  return {
    operationId: operationIdOf(route),
    summary: route.summary,
    tags: [module.name],
    ...(route.permission ? { description: `Needs \`${route.permission}\`.` } : {}),
    ...(route.public ? { security: [] } : {}),
    parameters: [...pathParameters(route), ...queryParameters(route)],
    ...(body
      ? {
          requestBody: { required: true, content: content(schemaOf(body, 'input', schemas)) },
        }
      : {}),
    responses: {
      [status]: {
        description: 'Done.',
        ...(route.answer ? { content: content(schemaOf(route.answer, 'output', schemas)) } : {}),
      },
      ...(route.public ? {} : { 401: failure('Nobody is signed in.') }),
      ...(route.permission ? { 403: failure('The actor may not.') } : {}),
      default: failure('It failed.'),
    },
  }
}

const operationIdOf = ({ method, path }: Route): string =>
  `${method.toLowerCase()}${path
    .split(/[/_-]/)
    .filter((part) => part !== '')
    .map((part) => part.replace(/^:/, 'by-'))
    .flatMap((part) => part.split('-'))
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')}`

const pathParameters = ({ path }: Route) =>
  [...path.matchAll(/:([a-z_]+)/gi)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))

const queryParameters = ({ query }: Route) => {
  if (!query) return []
  const schema = jsonSchemaOf(query, 'input')
  const properties = (schema.properties ?? {}) as Record<string, { description?: string }>
  const required = (schema.required ?? []) as string[]
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }))
}

/** A schema in place, with named schemas moved to the components. */
const schemaOf = (schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): unknown => {
  const { definitions, $schema: _, ...own } = jsonSchemaOf(schema, io) as Record<string, unknown>
  for (const [name, named] of Object.entries((definitions ?? {}) as Schemas)) {
    schemas[name] = relinked(named)
  }
  return relinked(own)
}

const jsonSchemaOf = (schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> =>
  z.toJSONSchema(schema, { target: 'openapi-3.0', io, unrepresentable: 'any' }) as Record<
    string,
    unknown
  >

const relinked = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll('"#/definitions/', '"#/components/schemas/'))

const Problem = {
  type: 'object',
  description:
    'What went wrong (RFC 9457). The Admin API and core entities answer Kong’s form: message, name, code (a number), fields.',
  required: ['message'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    message: { type: 'string' },
    fields: { type: 'object', additionalProperties: true },
  },
}
