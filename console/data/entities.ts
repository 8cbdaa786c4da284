import { call } from './client.ts'
import type { Kind } from './schemas.ts'

/** Any gateway entity; what else it has, its kind's schema tells. */
export interface Entity {
  id: string
  created_at?: number
  updated_at?: number
  tags?: string[] | null
  [field: string]: unknown
}

export interface Page {
  data: Entity[]
  next?: string | null
  offset?: string | null
}

export interface ListQuery {
  search?: string
  tags?: string
  size?: number
  sort?: string
  offset?: string
}

/** Entities of a kind; with `owner`, those that belong to it. */
export const listEntities = (
  group: string,
  kind: Kind,
  query: ListQuery & { owner?: { kind: Kind; id: string } } = {},
  signal?: AbortSignal,
): Promise<Page> => {
  const { owner, ...rest } = query
  return call('GET', `${collection(group)}/${owner ? nestedPath(owner, kind) : kind.path}`, {
    query: { ...rest },
    ...(signal ? { signal } : {}),
  })
}

export const readEntity = (
  group: string,
  kind: Kind,
  idOrKey: string,
  signal?: AbortSignal,
): Promise<Entity> =>
  call('GET', entityPath(group, kind, idOrKey), { ...(signal ? { signal } : {}) })

export const createEntity = (group: string, kind: Kind, body: unknown): Promise<Entity> =>
  call('POST', `${collection(group)}/${kind.path}`, { body })

/** Creates or replaces: also how a deleted entity comes back under its own id. */
export const putEntity = (group: string, kind: Kind, id: string, body: unknown): Promise<Entity> =>
  call('PUT', entityPath(group, kind, id), { body })

/** Changes only what is sent. */
export const changeEntity = (
  group: string,
  kind: Kind,
  id: string,
  body: unknown,
): Promise<Entity> => call('PATCH', entityPath(group, kind, id), { body })

export const deleteEntity = (group: string, kind: Kind, id: string): Promise<void> =>
  call('DELETE', entityPath(group, kind, id))

export const collection = (group: string): string =>
  `/v2/runtime-groups/${encodeURIComponent(group)}/core-entities`

const entityPath = (group: string, kind: Kind, id: string): string =>
  `${collection(group)}/${kind.path}/${encodeURIComponent(id)}`

const nestedPath = (owner: { kind: Kind; id: string }, kind: Kind): string => {
  const own = kind.nested?.under === owner.kind.name ? kind.nested.path : kind.path
  return `${owner.kind.path}/${encodeURIComponent(owner.id)}/${own}`
}

/** What to call an entity: its key, else the field that people know it by, else the start of its id. */
export const labelOf = (kind: Kind | undefined, entity: Entity): string => {
  const known = [kind?.key, 'name', 'username', 'custom_id', 'instance_name', 'target', 'group']
  for (const field of known) {
    const value = field && field !== 'key' ? entity[field] : undefined
    if (typeof value === 'string' && value !== '') return value
  }
  // A certificate has no name of its own, but the names that it answers for.
  const names = entity.snis
  if (kind?.name === 'certificate' && Array.isArray(names) && names.length > 0) {
    return names.length > 1 ? `${names[0]} +${names.length - 1}` : String(names[0])
  }
  return entity.id.slice(0, 8)
}

/** The entity as it can be written again: without what the API only adds to its answers. */
export const writable = (kind: Kind, entity: Entity): Entity => ({
  ...Object.fromEntries(
    Object.entries(entity).filter(([field]) => kind.schema.properties?.[field] !== undefined),
  ),
  id: entity.id,
})
