import * as z from 'zod'
import { reservedTexts } from './reserved.ts'
import { type Fields, fieldsOf, kongMessage } from './violation.ts'

declare module 'zod' {
  interface GlobalMeta {
    /** No two entities of one scope may hold the same value. */
    unique?: boolean
    /** Name of the entity kind that the field points at. */
    references?: string
    /** What happens to this entity when the one it points at is deleted. Default: `restrict`. */
    onDelete?: 'cascade' | 'restrict'
    /** `compared`: only ever compared, so runtimes get a digest. `used`: runtimes need the value, so it travels encrypted. */
    secret?: 'compared' | 'used'
    /** Made by the server when the client leaves it out. */
    auto?: 'uuid' | 'token' | 'timestamp' | 'digest'
    /** An array whose order carries no meaning. */
    set?: boolean
    /** A value may be a `{vault://...}` reference. */
    referenceable?: boolean
    /** A form control that the type alone does not suggest. */
    widget?: 'textarea' | 'code' | 'password' | 'tags'
  }
}

/** A rule between fields. Answers the fields it finds at fault, `@entity` for the whole, or nothing. */
export type Check<Row> = (row: Row) => Fields | undefined

export type Parsed<Row> = { ok: true; row: Row } | { ok: false; fields: Fields }

export interface Declaration<Name extends string, Shape extends z.ZodRawShape> {
  /** Singular, snake_case: `service`, `keyauth_credential`. */
  name: Name
  /** The collection in declarative files and snapshots, and the table: `services`. */
  plural: string
  /** The collection's path segment in the APIs when it is not the plural: `key-auths`. */
  path?: string
  /** Path segment under the owner: `/consumers/{c}/key-auth`. Names the owning reference and the segment. */
  nested?: { under: string; path: string }
  summary: string
  /** The unique field that a URL may name an entity by instead of its id. */
  key?: Extract<keyof Shape, string>
  /** Fields that together are unique within the group, references included. */
  uniqueTogether?: Extract<keyof Shape, string>[]
  /** Kinds without `updated_at` exist in Kong; they say so here. */
  updatedAt?: false
  fields: Shape
  /** Fills what is missing where its default depends on other fields. Given what a client sent, answers the same or a copy. */
  defaults?: (sent: Record<string, unknown>) => Record<string, unknown>
  /** Rules about what was sent whose texts come before those of the types. */
  early?: Check<Record<string, unknown>>
  checks?: Check<z.output<z.ZodObject<Shape>>>[]
}

const epochSeconds = z.number().min(0).meta({ description: 'Epoch seconds.', auto: 'timestamp' })

const stamps = {
  id: z
    .guid({ error: 'expected a valid UUID' })
    .meta({ description: 'Identifier; yours or ours.', auto: 'uuid' }),
  created_at: epochSeconds,
}

/**
 * Declares an entity kind. Everything else (table, validation, CRUD, OpenAPI, schemas, forms, snapshot type) derives
 * from what this returns, most of it at run time.
 */
export const entity = <const Name extends string, Shape extends z.ZodRawShape>(
  declaration: Declaration<Name, Shape>,
) => {
  const { fields, checks = [], updatedAt, defaults, early } = declaration
  const row = z.object({
    ...stamps,
    ...(updatedAt === false ? {} : { updated_at: epochSeconds }),
    ...fields,
  }) as unknown as z.ZodObject<typeof stamps & { updated_at: typeof epochSeconds } & Shape>
  const input = z.strictObject({
    id: stamps.id.optional(),
    created_at: epochSeconds.nullish(),
    updated_at: epochSeconds.nullish(),
    ...fields,
  }) as unknown as z.ZodObject<
    { id: z.ZodOptional<typeof stamps.id>; created_at: z.ZodType; updated_at: z.ZodType } & Shape
  >

  /** Checks what a client sent and fills defaults. `id` and times stay as sent; the store fills missing ones. */
  const parse = (sent: unknown): Parsed<z.output<typeof input>> => {
    const given = isRecord(sent) && defaults ? defaults(sent) : sent
    const first = isRecord(given) ? early?.(given) : undefined
    const result = input.safeParse(given, { error: kongMessage })
    if (!result.success || first) {
      const found = result.success ? {} : fieldsOf(result.error.issues, input)
      return { ok: false, fields: { ...found, ...first } }
    }
    const found = checks
      .map((check) => check(result.data as never))
      .filter((fields): fields is Fields => fields !== undefined)
    const reserved = reservedTexts(result.data)
    if (reserved) found.push(reserved)
    if (found.length > 0) return { ok: false, fields: mergeFields(found) }
    return { ok: true, row: result.data }
  }

  return { ...declaration, path: declaration.path ?? declaration.plural, checks, row, input, parse }
}

/** Any entity kind, for code that is generic over them. */
export type EntityKind = Omit<
  ReturnType<typeof entity<string, z.ZodRawShape>>,
  'parse' | 'checks' | 'defaults' | 'early' | 'row' | 'input' | 'key' | 'uniqueTogether' | 'fields'
> & {
  key?: string
  uniqueTogether?: string[]
  fields: z.ZodRawShape
  row: z.ZodObject
  input: z.ZodObject
  parse(sent: unknown): Parsed<Record<string, unknown>>
}

/** Metadata of a field, through the wrappers that `optional` and defaults put round it. */
export const metaOf = (schema: z.core.$ZodType): z.GlobalMeta => {
  const own = z.globalRegistry.get(schema) ?? {}
  const inner = (schema._zod.def as { innerType?: z.core.$ZodType }).innerType
  return inner ? { ...metaOf(inner), ...own } : own
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const mergeFields = (found: Fields[]): Fields => {
  const merged: Fields = {}
  for (const fields of found) {
    for (const [name, problem] of Object.entries(fields)) {
      const before = merged[name]
      merged[name] =
        Array.isArray(before) && Array.isArray(problem) ? [...before, ...problem] : problem
    }
  }
  return merged
}
