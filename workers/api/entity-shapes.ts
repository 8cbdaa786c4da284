import * as z from 'zod'
import type { EntityKind } from '#model/kit'

const shapes = new Map<EntityKind, z.ZodType>()

/** An entity as it is answered, for the documentation. One schema for each kind: documents refer to it by name. */
export const entityOf = (kind: EntityKind): z.ZodType => {
  const known = shapes.get(kind)
  if (known) return known
  const shape = kind.row.meta({ id: pascal(kind.name), description: kind.summary })
  shapes.set(kind, shape)
  return shape
}

/** A page of entities. */
export const pageOf = (kind: EntityKind): z.ZodType =>
  z.object({
    data: z.array(entityOf(kind)),
    next: z.string().nullable().meta({ description: 'Address of the next page.' }),
    offset: z.string().optional().meta({ description: 'Place of the next page.' }),
  })

const pascal = (name: string): string =>
  name.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
