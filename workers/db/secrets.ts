import type * as z from 'zod'
import { type EntityKind, metaOf } from '#model/kit'
import { plugins } from '#plugins/index'

/** A secret within a structured value. */
export interface Secret {
  text: string
  use: 'compared' | 'used'
}

/** What stands for a secret where it is shown. */
export const MASK = '********'

/**
 * The schema of a structured field of an entity (or of its row): a plugin's `config` has that of its plugin. Undefined
 * for a plugin that is no more.
 */
export const schemaAt = (
  kind: EntityKind,
  field: string,
  { name }: Record<string, unknown>,
): z.core.$ZodType | undefined =>
  kind.name === 'plugin' && field === 'config' ? configSchemas.get(name) : kind.fields[field]

const configSchemas = new Map<unknown, z.core.$ZodType>(
  plugins.map(({ name, schema }) => [name, schema]),
)

/** The value with other text for each secret in it, at any depth. A value without any is passed on as it is. */
export const changeSecrets = async (
  schema: z.core.$ZodType | undefined,
  value: unknown,
  change: (secret: Secret) => Promise<string>,
): Promise<unknown> => {
  const found = secretsIn(schema, value)
  const changed = await Promise.all(
    found.map(async (secret) => ({ path: secret.path, text: await change(secret) })),
  )
  return withTexts(value, changed)
}

/** The value with its secrets hidden. */
export const maskSecrets = (schema: z.core.$ZodType | undefined, value: unknown): unknown =>
  withTexts(
    value,
    secretsIn(schema, value).map(({ path }) => ({ path, text: MASK })),
  )

type Path = readonly string[]
type Found = Map<string, Secret & { path: Path }>

const secretsIn = (
  schema: z.core.$ZodType | undefined,
  value: unknown,
): (Secret & { path: Path })[] => {
  const find = schema && finderOf(schema)
  if (!find) return []
  const found: Found = new Map()
  find(value, [], found)
  return [...found.values()]
}

const withTexts = (value: unknown, texts: { path: Path; text: string }[]): unknown => {
  if (texts.length === 0) return value
  const root = { value: structuredClone(value) }
  for (const { path, text } of texts) {
    let holder: Container = root
    let name = 'value'
    for (const next of path) {
      holder = holder[name] as Container
      name = next
    }
    holder[name] = text
  }
  return root.value
}

/** Adds the secrets of a value to `found`, by their place. */
type Finder = (value: unknown, path: Path, found: Found) => void

const finders = new WeakMap<z.core.$ZodType, { find: Finder | undefined }>()

/** Made once for each schema; undefined when nothing of it is a secret. */
const finderOf = (schema: z.core.$ZodType): Finder | undefined => {
  const known = finders.get(schema)
  if (known) return known.find
  const { secret } = metaOf(schema)
  const find = secret ? everyText(secret) : structureFinder(schema._zod.def as Definition)
  finders.set(schema, { find })
  return find
}

interface Definition {
  type: string
  shape?: Record<string, z.core.$ZodType>
  element?: z.core.$ZodType
  valueType?: z.core.$ZodType
  items?: z.core.$ZodType[]
  rest?: z.core.$ZodType | null
  options?: z.core.$ZodType[]
  left?: z.core.$ZodType
  right?: z.core.$ZodType
  in?: z.core.$ZodType
  out?: z.core.$ZodType
  innerType?: z.core.$ZodType
}

const structureFinder = (def: Definition): Finder | undefined => {
  switch (def.type) {
    case 'object':
      return ofMembers(Object.entries(def.shape ?? {}))
    case 'tuple':
      return allOf([
        ofMembers(Object.entries(def.items ?? [])),
        ofEach(def.rest, def.items?.length),
      ])
    case 'array':
      return ofEach(def.element)
    case 'record':
      return ofEach(def.valueType)
    default: {
      // Of alternatives, any may be the one that holds: rather a text too many than one too few.
      const inner = [...(def.options ?? []), def.left, def.right, def.in, def.out, def.innerType]
      return allOf(inner.map((schema) => schema && finderOf(schema)))
    }
  }
}

/** All text at and below what is marked as a secret. */
const everyText =
  (use: Secret['use']): Finder =>
  (value, path, found) => {
    if (typeof value === 'string') found.set(JSON.stringify(path), { text: value, use, path })
    else if (isContainer(value)) {
      for (const name of Object.keys(value)) everyText(use)(value[name], [...path, name], found)
    }
  }

const ofMembers = (shape: [string, z.core.$ZodType][]): Finder | undefined =>
  allOf(
    shape.map(([name, schema]) => {
      const find = finderOf(schema)
      return (
        find &&
        ((value, path, found) => {
          if (isContainer(value) && Object.hasOwn(value, name)) {
            find(value[name], [...path, name], found)
          }
        })
      )
    }),
  )

const ofEach = (schema: z.core.$ZodType | null | undefined, from = 0): Finder | undefined => {
  const find = schema ? finderOf(schema) : undefined
  return (
    find &&
    ((value, path, found) => {
      if (!isContainer(value)) return
      for (const name of Object.keys(value).slice(from)) find(value[name], [...path, name], found)
    })
  )
}

const allOf = (candidates: (Finder | undefined)[]): Finder | undefined => {
  const all = candidates.filter((find) => find !== undefined)
  if (all.length < 2) return all[0]
  return (value, path, found) => {
    for (const find of all) find(value, path, found)
  }
}

type Container = Record<string, unknown>

const isContainer = (value: unknown): value is Container =>
  typeof value === 'object' && value !== null
