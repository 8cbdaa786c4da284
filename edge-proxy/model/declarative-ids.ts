import type { EntityKind } from './kit.ts'
import { uuidv5 } from './uuid.ts'

/** Kong's namespace of all entities; each kind has one of its own under it. */
const ENTITIES = 'fd02801f-0957-4a15-a55a-c8d9606f30b5'

/** What Kong writes for the workspace of an entity that names none. */
const ANY_WORKSPACE = '*'

/**
 * The id of an entity that a declarative document gives none: derived from what makes it unique, by Kong's rule, so that
 * the same document always makes the same entities and other tools arrive at the same ids. `row` has its references
 * resolved to `{ id }`. Kong picks at random for entities without such a key; we derive from the content, and from `copy`,
 * which counts those of equal content.
 */
export const declaredId = (
  kind: EntityKind,
  row: Record<string, unknown>,
  copy: number,
): string => {
  const name = keyed(kind, row) ?? `${JSON.stringify(row)}${copy}`
  return uuidv5(namespaceOf(kind.plural), name)
}

/** Whether something tells this entity from all others of its kind. */
export const hasKey = (kind: EntityKind, row: Record<string, unknown>): boolean =>
  keyed(kind, row) !== undefined

const namespaces = new Map<string, string>()

const namespaceOf = (plural: string): string => {
  let namespace = namespaces.get(plural)
  if (namespace === undefined) {
    namespace = uuidv5(ENTITIES, plural)
    namespaces.set(plural, namespace)
  }
  return namespace
}

const keyed = (kind: EntityKind, row: Record<string, unknown>): string | undefined => {
  switch (kind.plural) {
    case 'plugins':
      return [...cached(kind), ...['name', 'route', 'service', 'consumer'].map(part(row)), ''].join(
        ':',
      )
    case 'keyauth_credentials':
      return [...cached(kind), part(row)('key')].join(':')
    case 'acls':
      return [...cached(kind), ...['consumer', 'group'].map(part(row))].join(':')
    case 'targets':
      return [...['target', 'upstream'].map(part(row)), ANY_WORKSPACE].join(':')
  }
  const key = kind.key === undefined ? undefined : row[kind.key]
  return typeof key === 'string' ? key : undefined
}

const cached = (kind: EntityKind): string[] => [kind.plural, ANY_WORKSPACE]

const part =
  (row: Record<string, unknown>) =>
  (field: string): string => {
    const value = row[field]
    if (typeof value === 'string') return value
    return (value as { id?: string } | null | undefined)?.id ?? ''
  }
