import { type Entity, labelOf, listEntities } from './entities.ts'
import { type JsonSchema, type Kind, kinds } from './schemas.ts'

/** A kind whose entities lie under another's: the routes of a service, the targets of an upstream. */
export interface Related {
  kind: Kind
  /** The field that points at the owner. */
  field: string
  /** Whether they go when the owner goes; otherwise they keep it from going. */
  goes: boolean
}

/** What lies under entities of a kind: every field that points at it and bears its name. */
export const relatedTo = (owner: Kind): Related[] =>
  (kinds() ?? []).flatMap((kind) => {
    const property = kind.schema.properties?.[owner.name]
    const reference = property && referenceIn(property)
    if (reference?.references !== owner.name) return []
    return [{ kind, field: owner.name, goes: reference.onDelete === 'cascade' }]
  })

/** The fields of a kind that point at another kind, with that kind's name. */
export const referencesOf = (kind: Kind): { field: string; to: string }[] =>
  Object.entries(kind.schema.properties ?? {}).flatMap(([field, property]) => {
    const to = referenceIn(property)?.references
    return to === undefined ? [] : [{ field, to }]
  })

const referenceIn = (property: JsonSchema): JsonSchema | undefined =>
  property.references !== undefined
    ? property
    : property.anyOf?.find((branch) => branch.references !== undefined)

/** What deleting an entity touches. */
export interface Consequences {
  /** With their kinds, in the order in which they can be made again. */
  going: { kind: Kind; entities: Entity[] }[]
  /** Kinds that keep it from going. */
  blocking: { kind: Kind; entities: Entity[] }[]
  /** Whether everything that goes is known here: only then can it be brought back. */
  whole: boolean
}

const ENOUGH = 200

/** Finds what goes with an entity and what keeps it from going. */
export const consequencesOf = async (
  group: string,
  kind: Kind,
  entity: Entity,
): Promise<Consequences> => {
  const found = await Promise.all(
    relatedTo(kind).map(async (related) => {
      const owner = { kind, id: entity.id }
      const page = await listEntities(group, related.kind, { owner, size: ENOUGH })
      const whole = !page.offset && relatedTo(related.kind).every((further) => !further.goes)
      return { ...related, entities: page.data, whole }
    }),
  )
  const there = found.filter(({ entities }) => entities.length > 0)
  return {
    going: there.filter(({ goes }) => goes),
    blocking: there.filter(({ goes }) => !goes),
    whole: there.every(({ whole }) => whole),
  }
}

/** A few names out of many: "a, b and 3 more". */
export const namesOf = (kind: Kind, entities: Entity[], most = 3): string => {
  const names = entities.slice(0, most).map((entity) => labelOf(kind, entity))
  const rest = entities.length - names.length
  if (rest > 0) return `${names.join(', ')} and ${rest} more`
  const last = names.pop()
  return names.length > 0 ? `${names.join(', ')} and ${last}` : (last ?? '')
}
