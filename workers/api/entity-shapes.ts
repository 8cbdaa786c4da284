import * as z from 'zod'
import type { EntityKind } from '#model/kit'

const shapes = new Map<string, z.ZodType>()

/** One schema for each name: documents refer to it by that name. */
const named = (name: string, make: () => z.ZodType): z.ZodType => {
  const known = shapes.get(name)
  if (known) return known
  const shape = make()
  shapes.set(name, shape)
  return shape
}

/** An entity as it is answered. */
export const entityOf = (kind: EntityKind): z.ZodType => {
  const id = pascal(kind.name)
  return named(id, () => kind.row.meta({ id, description: kind.summary }))
}

/** An entity as it is sent. */
export const inputOf = (kind: EntityKind): z.ZodType => {
  const id = `${pascal(kind.name)}Input`
  return named(id, () => kind.input.meta({ id, description: `What makes a ${kind.name}.` }))
}

/** A change of an entity as it is sent. */
export const changeOf = (kind: EntityKind): z.ZodType => {
  const id = `${pascal(kind.name)}Change`
  return named(id, () =>
    kind.input.partial().meta({ id, description: `What changes a ${kind.name}.` }),
  )
}

/** The query of a list. */
export const ListParameters = z.object({
  size: z.string().optional().meta({ description: 'Entities on a page: 1 to 1000, else 100.' }),
  offset: z.string().optional().meta({ description: 'From the page before.' }),
  tags: z.string().optional().meta({
    description: '`a,b`: with both tags. `a/b`: with either. In the Admin API not below an owner.',
  }),
  search: z.string().optional().meta({ description: 'Text that some field contains.' }),
  sort: z.string().optional().meta({ description: 'A field; `-` before it turns the order.' }),
})

/** A page of entities. */
export const pageOf = (kind: EntityKind): z.ZodType =>
  z.object({
    data: z.array(entityOf(kind)),
    next: z.string().nullable().meta({ description: 'Address of the next page.' }),
    offset: z.string().optional().meta({ description: 'Place of the next page.' }),
  })

const pascal = (name: string): string =>
  name.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
