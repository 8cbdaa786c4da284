import { kindByPlural } from '#model/index'
import type { EntityKind } from '#model/kit'
import type { Fields } from '#model/violation'

/** One entity of a refused document with what is wrong with it: tools like Kong's ingress controller read this form. */
export interface FlatError {
  entity_type: string
  entity_id?: string
  entity_name?: string
  entity_tags?: string[]
  entity: Record<string, unknown>
  errors: { type: 'field' | 'entity'; field?: string; message: string }[]
}

type Problem = Fields[string]

/** Splits the problems of a document into those of entities, wherever they are nested, and those of the document itself. */
export const flattenErrors = (
  document: unknown,
  fields: Fields,
): { flattened: FlatError[]; rest: Fields } => {
  const flattened: FlatError[] = []
  const rest: Fields = {}
  const root = isRecord(document) ? document : {}
  for (const [plural, problem] of Object.entries(fields)) {
    const kind = kindByPlural.get(plural)
    if (kind && Array.isArray(problem)) collect(kind, root[plural], problem, undefined, flattened)
    else rest[plural] = problem
  }
  return { flattened, rest }
}

interface Owner {
  kind: EntityKind
  entity: Record<string, unknown>
}

const collect = (
  kind: EntityKind,
  list: unknown,
  problems: (string | Fields | null | undefined)[],
  owner: Owner | undefined,
  flattened: FlatError[],
): void => {
  for (const [index, problem] of problems.entries()) {
    if (problem === null || problem === undefined) continue
    const item: unknown = Array.isArray(list) ? list[index] : undefined
    const entity = isRecord(item) ? item : {}
    if (typeof problem === 'string') {
      flattened.push(flatError(kind, entity, owner, [{ type: 'entity', message: problem }]))
      continue
    }
    const errors: FlatError['errors'] = []
    for (const [field, inner] of Object.entries(problem)) {
      const child = kindByPlural.get(field)
      if (child && !(field in kind.fields) && Array.isArray(inner)) {
        collect(child, entity[field], inner, { kind, entity }, flattened)
      } else errors.push(...errorsOf(field, inner))
    }
    if (errors.length > 0) flattened.push(flatError(kind, entity, owner, errors))
  }
}

const errorsOf = (field: string, problem: Problem): FlatError['errors'] => {
  if (typeof problem === 'string') return [{ type: 'field', field, message: problem }]
  if (field === '@entity') {
    return (problem as string[]).map((message) => ({ type: 'entity', message }))
  }
  const members = Array.isArray(problem)
    ? problem.map((member, index) => [String(index + 1), member] as const)
    : Object.entries(problem)
  return members.flatMap(([name, member]) =>
    member === null || member === undefined ? [] : errorsOf(`${field}.${name}`, member as Problem),
  )
}

const flatError = (
  kind: EntityKind,
  entity: Record<string, unknown>,
  owner: Owner | undefined,
  errors: FlatError['errors'],
): FlatError => {
  const own = Object.fromEntries(
    Object.entries(entity).filter(([name]) => !kindByPlural.has(name) || name in kind.fields),
  )
  if (owner && typeof owner.entity.id === 'string') own[owner.kind.name] = { id: owner.entity.id }
  const { id, tags } = entity
  const name = entity[kind.key ?? 'name'] ?? entity.name
  return {
    entity_type: kind.name,
    ...(typeof id === 'string' && isUuid(id) ? { entity_id: id } : {}),
    ...(typeof name === 'string' ? { entity_name: name } : {}),
    ...(Array.isArray(tags) ? { entity_tags: tags } : {}),
    entity: own,
    errors,
  }
}

const isUuid = (value: string): boolean =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
