import * as z from 'zod'

/** A field that may be absent: missing becomes null, as Kong answers it. */
export const optional = <T extends z.ZodType>(type: T) => type.nullable().default(null as never)

/** A field with a default that may still be set to null on purpose. */
export const nullable = <T extends z.ZodType>(type: T, value: z.output<T>) =>
  type.nullable().default(value as never)

/** A nested record that is always there: its own defaults fill it. */
export const record = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape).prefault({} as never)

/** A list whose order means nothing. */
export const set = <T extends z.ZodType>(type: T) => z.array(type).meta({ set: true })

/** A whole number between two bounds, both allowed. */
export const between = (low: number, high: number) => {
  const message = `value should be between ${low} and ${high}`
  return z.int().min(low, message).max(high, message)
}

/** Any number between two bounds, both allowed. */
export const numberBetween = (low: number, high: number) => {
  const message = `value should be between ${low} and ${high}`
  return z.number().min(low, message).max(high, message)
}

/** A number that must be above a bound. */
export const above = (low: number) => z.number().gt(low, `value must be greater than ${low}`)

/** A string of at least one character. */
export const text = z.string().min(1, 'length must be at least 1')

/** A name usable in URLs: letters, digits, `.`, `-`, `_`, `~`, and any non-ASCII letter. Kong's rule. */
export const name = z
  .string()
  .regex(
    /^[0-9a-zA-Z.\-_~\u0080-\u{10FFFF}]+$/u,
    'invalid value: the only accepted ascii characters are alphanumerics or ., -, _, and ~',
  )

/** A path as configured: starts with a slash, no empty segments. */
export const path = z
  .string()
  .startsWith('/', 'should start with: /')
  .refine((value) => !value.includes('//'), 'must not have empty segments')

export const millis = between(1, 2_147_483_646)
export const port = between(0, 65_535)

export const uuid = z.guid({
  error: (issue) => (issue.code === 'invalid_format' ? 'expected a valid UUID' : undefined),
})

export const protocol = z.enum([
  'grpc',
  'grpcs',
  'http',
  'https',
  'tcp',
  'tls',
  'tls_passthrough',
  'udp',
])

/** The protocols that a plugin of HTTP traffic can be limited to. */
export const httpProtocols = set(z.enum(['grpc', 'grpcs', 'http', 'https']))
  .default(['grpc', 'grpcs', 'http', 'https'])
  .meta({ description: 'Protocols of the requests that it runs for.' })

/** Free labels: lists can be filtered by them. */
export const tags = optional(
  set(
    z
      .string()
      .refine(
        (tag) => tag.length > 0 && !/[,/]/.test(tag),
        'invalid tag: expected printable characters but `,` and `/`',
      ),
  ),
).meta({ description: 'Labels to find it by.', widget: 'tags' })

/** Points at an entity of another kind, by id. The APIs also accept its key, and resolve it before this is checked. */
export const reference = (kind: string, onDelete: 'cascade' | 'restrict' = 'restrict') =>
  z.strictObject({ id: uuid }).meta({ references: kind, onDelete })
