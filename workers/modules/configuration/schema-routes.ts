import { kindByPlural, kinds } from '#model/index'
import type { EntityKind } from '#model/kit'
import { kongForm, kongPluginForm } from '#model/kong-form'
import { plugins } from '#plugins/index'
import { readEntity } from '#workers/api/body'
import { READ } from '#workers/api/crud'
import { get, post, type Route } from '#workers/api/module'
import { Problem } from '#workers/api/problem'
import { type Surface, surfaces } from '#workers/api/surface'
import { judgeSent } from '#workers/db/prepare'
import { describedKinds, describedPlugins, jsonSchemaOf } from './schemas.ts'

const VALID = { message: 'schema validation successful' }

/** Schemas as the console reads them, and as Kong's clients do. */
export const schemaRoutes: Route[] = [
  get('/v2/schemas', {
    summary: 'Describe every kind of entity',
    handle: describedKinds,
  }),
  get('/v2/schemas/plugins', {
    summary: 'Describe every plugin',
    handle: describedPlugins,
  }),
  get('/v2/schemas/plugins/:name', {
    summary: 'Describe a plugin',
    handle: (_, { params }) => found(describedPlugins().find(({ name }) => name === params.name)),
  }),
  get('/v2/schemas/:kind', {
    summary: 'Describe a kind of entity',
    handle: (_, { params }) =>
      found(describedKinds().find(({ name, plural }) => [name, plural].includes(params.kind))),
  }),
  ...surfaces.flatMap((surface) =>
    kongRoutes(surface).map((route): Route => (surface.alias ? { ...route, alias: true } : route)),
  ),
]

function kongRoutes({ base, form }: Surface): Route[] {
  const group = base as '/:group'
  return [
    get(`${group}/schemas/plugins/:name`, {
      summary: "A plugin's schema in Kong's form",
      permission: READ,
      handle: (_, { params }) => {
        const type = plugins.find(({ name }) => name === params.name)
        if (!type) throw new Problem('not_found', `No plugin named '${params.name}'`)
        return kongPluginForm(type)
      },
    }),
    get(`${group}/schemas/:kind`, {
      summary: "An entity's schema in Kong's form",
      permission: READ,
      handle: (_, { params }) => kongForm(kindNamed(params.kind)),
    }),
    post(`${group}/schemas/:kind/validate`, {
      summary: 'Check an entity without writing it',
      permission: READ,
      async handle(_, { params, request }) {
        const kind = kindNamed(params.kind)
        judgeSent(kind, await readEntity(request, kind.input))
        return VALID
      },
    }),
    ...(form === 'konnect'
      ? [
          get(`${group}/v1/schemas/json/:kind`, {
            summary: "An entity's JSON Schema",
            permission: READ,
            handle: (_, { params }) =>
              jsonSchemaOf(
                found(kinds.find((kind) => [kind.name, kind.path].includes(params.kind))).input,
              ),
          }),
        ]
      : []),
  ]
}

const kindNamed = (plural: string): EntityKind => {
  const kind = kindByPlural.get(plural)
  if (!kind) throw new Problem('not_found', `No entity named '${plural}'`)
  return kind
}

const found = <Thing>(thing: Thing | undefined): Thing => {
  if (thing === undefined) throw new Problem('not_found')
  return thing
}
