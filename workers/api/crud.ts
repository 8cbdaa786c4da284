import { kinds } from '#model/index'
import type { EntityKind } from '#model/kit'
import { columnsOf } from '../db/columns.ts'
import { isUuid, type Within } from '../db/lookup.ts'
import { referencesOf } from '../db/references.ts'
import { noEntity, type Store } from '../db/store.ts'
import { readEntity } from './body.ts'
import type { Context } from './context.ts'
import { changeOf, entityOf, inputOf, ListParameters, pageOf } from './entity-shapes.ts'
import { del, get, patch, post, put, type Route } from './module.ts'
import { listQueryOf, pageAnswer } from './pages.ts'
import { Problem } from './problem.ts'
import { type FindGroup, linkPathOf, type Surface, surfaces } from './surface.ts'

export const READ = 'configuration:read'
export const WRITE = 'configuration:write'

/** Every route of every kind, in every shape: flat, below an owner, and through a reference. */
export const crudRoutes = (findGroup: FindGroup): Route[] =>
  surfaces.flatMap((surface) =>
    kinds
      .flatMap((kind) => {
        const flat = isFlat(surface, kind)
        return [
          ...(flat ? collectionRoutes(flatCollection(surface, kind, findGroup)) : []),
          ...referencesOf(kind).flatMap(({ field, target }) => [
            ...collectionRoutes(ownedCollection(surface, kind, field, target, findGroup)),
            ...(flat ? throughRoutes(surface, kind, field, target, findGroup) : []),
          ]),
        ]
      })
      .map((route): Route => (surface.alias ? { ...route, alias: true } : route)),
  )

/** A collection at one place: all of a group's, or those of one owner. */
interface Collection {
  surface: Surface
  kind: EntityKind
  path: string
  /** ` of a service`, for summaries. */
  whose: string
  open(
    context: Context,
    params: { group: string; owner: string },
  ): Promise<{ store: Store; within?: Within }>
}

const flatCollection = (surface: Surface, kind: EntityKind, findGroup: FindGroup): Collection => ({
  surface,
  kind,
  path: `${surface.base}/${kind.path}`,
  whose: '',
  open: async (context, params) => ({ store: await storeAt(context, findGroup, params) }),
})

/** `/services/{s}/routes`: whose an entity is, the URL decides. */
const ownedCollection = (
  surface: Surface,
  kind: EntityKind,
  field: string,
  owner: EntityKind,
  findGroup: FindGroup,
): Collection => {
  const segment = kind.nested?.under === field ? kind.nested.path : kind.path
  return {
    surface,
    kind,
    path: `${surface.base}/${owner.path}/:owner/${segment}`,
    whose: ` of a ${nounOf(owner)}`,
    async open(context, params) {
      const store = await storeAt(context, findGroup, params)
      const { id } = found(await store.find(owner, await nameOf(store, owner, params.owner)))
      return { store, within: { field, id } }
    },
  }
}

const collectionRoutes = (collection: Collection): Route[] => {
  const { kind, path, whose, open } = collection
  const at = path as '/:group/:owner'
  const one = `${path}/:id` as '/:group/:owner/:id'
  const noun = nounOf(kind)
  return [
    ...listRoutes(collection),
    post(at, {
      summary: `Make a ${noun}${whose}`,
      permission: WRITE,
      accepts: inputOf(kind),
      answer: entityOf(kind),
      status: 201,
      async handle(context, { params, request }) {
        const { store, within } = await open(context, params)
        return store.create(kind, await readEntity(request, kind.input), within)
      },
    }),
    get(one, {
      summary: `Read a ${noun}${whose}`,
      permission: READ,
      answer: entityOf(kind),
      async handle(context, { params }) {
        const { store, within } = await open(context, params)
        const name = within ? params.id : await nameOf(store, kind, params.id)
        const entity = await store.find(kind, name, within)
        if (!entity && kind.name === 'certificate' && !within) throw noEntity(kind, name)
        return found(entity)
      },
    }),
    put(one, {
      summary: `Replace a ${noun}${whose}, or make it`,
      permission: WRITE,
      accepts: inputOf(kind),
      answer: entityOf(kind),
      async handle(context, { params, request }) {
        const { store, within } = await open(context, params)
        const sent = await readEntity(request, kind.input)
        const name = within ? params.id : await nameForPut(store, kind, params.id)
        if (!isMadeByPut(kind)) found(await store.find(kind, name, within))
        return store.upsert(kind, name, sent, within)
      },
    }),
    patch(one, {
      summary: `Change a ${noun}${whose}: what is left out stays`,
      permission: WRITE,
      accepts: changeOf(kind),
      answer: entityOf(kind),
      async handle(context, { params, request }) {
        const { store, within } = await open(context, params)
        const name = within ? params.id : await nameOf(store, kind, params.id)
        const stored = await store.find(kind, name, within)
        if (within) found(stored)
        const sent = await readEntity(request, kind.input, stored)
        return store.patch(kind, name, sent, within)
      },
    }),
    del(one, {
      summary: `Delete a ${noun}${whose}, and what hangs on it`,
      permission: WRITE,
      async handle(context, { params }) {
        const { store, within } = await open(context, params)
        const name = within ? params.id : await nameOf(store, kind, params.id)
        // Flat, Kong does not say whether there was one.
        if (!(await store.remove(kind, name, within)) && within) throw new Problem('not_found')
      },
    }),
  ]
}

const listRoutes = ({ surface, kind, path, whose, open }: Collection): Route[] => {
  // Kong does not list targets without weight below their upstream; `all` does.
  const hides = kind.name === 'target' && surface.form === 'admin'
  const list = (path: string, everything: boolean): Route =>
    get(path as '/:group/:owner', {
      summary: `List ${kind.plural.replaceAll('_', ' ')}${whose}`,
      permission: READ,
      query: ListParameters,
      answer: pageOf(kind),
      async handle(context, { params, request }) {
        const { store, within } = await open(context, params)
        const query = new URL(request.url).searchParams
        const asked = listQueryOf(kind, query)
        if (within) asked.within = within
        if (within && surface.form === 'admin') {
          // Below an owner it does not filter by tags, names no size in `next`, and shows the newest target first.
          delete asked.tags
          query.delete('size')
          if (kind.name === 'target') asked.sort ??= '-created_at'
        }
        if (!everything) asked.without = { weight: 0 }
        return pageAnswer(linkPathOf(surface, request), query, await store.list(kind, asked))
      },
    })
  return [list(path, !hides), ...(hides ? [list(`${path}/all`, true)] : [])]
}

/** `/routes/{r}/service`: what an entity points at. */
const throughRoutes = (
  surface: Surface,
  kind: EntityKind,
  field: string,
  target: EntityKind,
  findGroup: FindGroup,
): Route[] => {
  const at = `${surface.base}/${kind.path}/:id/${field}` as '/:group/:id'
  const what = `the ${field.replaceAll('_', ' ')} of a ${nounOf(kind)}`
  const through = async (
    context: Context,
    params: { group: string; id: string },
  ): Promise<{ store: Store; id: string }> => {
    const store = await storeAt(context, findGroup, params)
    const entity = found(await store.find(kind, await nameOf(store, kind, params.id)))
    const reference = entity[field] as { id: string } | null
    return { store, id: found(reference ?? undefined).id }
  }
  return [
    get(at, {
      summary: `Read ${what}`,
      permission: READ,
      answer: entityOf(target),
      async handle(context, { params }) {
        const { store, id } = await through(context, params)
        return found(await store.find(target, id))
      },
    }),
    ...(
      [
        [put, 'upsert', 'Replace', inputOf],
        [patch, 'patch', 'Change', changeOf],
      ] as const
    ).map(([verb, write, does, shapeOf]) =>
      verb(at, {
        summary: `${does} ${what}`,
        permission: WRITE,
        accepts: shapeOf(target),
        answer: entityOf(target),
        async handle(context, { params, request }) {
          const { store, id } = await through(context, params)
          return store[write](target, id, await readEntity(request, target.input))
        },
      }),
    ),
  ]
}

/** Kong's Admin API has targets only below their upstream. */
const isFlat = ({ form }: Surface, kind: EntityKind): boolean =>
  form !== 'admin' || kind.name !== 'target'

/** Kong changes targets by PUT and never makes them; decK then makes them by POST. */
const isMadeByPut = (kind: EntityKind): boolean => kind.name !== 'target'

const storeAt = async (
  context: Context,
  findGroup: FindGroup,
  { group }: { group: string },
): Promise<Store> => context.store((await findGroup(context, group)).id)

const found = <Entity>(entity: Entity | undefined): Entity => {
  if (entity === undefined) throw new Problem('not_found')
  return entity
}

/**
 * What the store is asked for. A certificate may be named by a host name that it answers for; a key that several owners
 * may share names nothing outside of them.
 */
const nameOf = async (store: Store, kind: EntityKind, name: string): Promise<string> => {
  if (isUuid(name)) return name
  if (kind.name === 'certificate') {
    const id = await store.certificateFor(name)
    if (id === undefined) throw new Problem('not_found', 'SNI not found')
    return id
  }
  if (columnsOf(kind).some(({ field, unique }) => field === kind.key && unique)) return name
  const rule = 'expected a valid UUID'
  throw new Problem('invalid_primary_key', `invalid primary key: '{id="${rule}"}'`, { id: rule })
}

/** As `nameOf`; a certificate that nothing names yet gets an id. */
const nameForPut = async (store: Store, kind: EntityKind, name: string): Promise<string> =>
  kind.name === 'certificate' && !isUuid(name)
    ? ((await store.certificateFor(name)) ?? crypto.randomUUID())
    : nameOf(store, kind, name)

const nounOf = ({ name }: EntityKind): string => name.replaceAll('_', ' ')
