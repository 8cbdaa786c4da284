import * as z from 'zod'

/** A field that may be absent: missing becomes null, as Kong answers it. */
export const optional = <T extends z.ZodType>(type: T) => type.nullable().default(null as never)

/** A field with a default that may still be set to null on purpose. */
export const nullable = <T extends z.ZodType>(type: T, value: z.output<T>) =>
  type.nullable().default(value as never)

/** A nested record that is always there: its own defaults fill it. */
export const record = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape).prefault({} as never)

/** A list whose order means nothing. Of members that repeat, the first stays. */
export const set = <T extends z.ZodType>(type: T) =>
  z
    .array(type)
    .overwrite((members) => withoutRepeats(members))
    .meta({ set: true })

const withoutRepeats = <T>(members: T[]): T[] => {
  const seen = new Set<string>()
  return members.filter((member) => {
    const text = JSON.stringify(member)
    return !seen.has(text) && seen.add(text)
  })
}

/** A string of at least one character that has no problem. `problem` answers what is wrong with it, or nothing. */
export const judged = (problem: (value: string) => string | undefined) =>
  z
    .string()
    .min(1, 'length must be at least 1')
    .check((context) => {
      const message = problem(context.value)
      if (message !== undefined) {
        context.issues.push({ code: 'custom', message, input: context.value })
      }
    })

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
export const name = text.regex(/^[0-9a-zA-Z.\-_~\u0080-\u{10FFFF}]+$/u, {
  error: ({ input }) =>
    `invalid value '${input}': the only accepted ascii characters are alphanumerics or ., -, _, and ~`,
})

/** A path as configured: starts with a slash, no empty segments, only what RFC 3986 allows in a URL. */
export const path = text
  .startsWith('/', 'should start with: /')
  .refine((value) => !value.includes('//'), 'must not have empty segments')
  .regex(/^[0-9a-zA-Z\-._~:/?#[\]@!$&'()*+,;=%]*$/, {
    error: ({ input }) =>
      `invalid path: '${input}' (characters outside of the reserved list of RFC 3986 found)`,
  })
  .refine((value) => badEscape(value) === undefined, {
    error: ({ input }) => `invalid url-encoded value: '${badEscape(String(input))}'`,
  })

/** The first `%` that no two hexadecimal digits follow, with what follows instead. */
export const badEscape = (path: string): string | undefined =>
  /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(path)?.[0]

/** The name of a header. */
export const headerName = text.regex(/^[0-9a-zA-Z_-]+$/, {
  error: ({ input }) =>
    `bad header name '${input}', allowed characters are A-Z, a-z, 0-9, '_', and '-'`,
})

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
    text.regex(/^[\x20-+\-.0-~\u0080-\u{10FFFF}]*$/u, {
      error: ({ input }) =>
        `invalid tag '${input}': expected printable ascii (except \`,\` and \`/\`) or valid utf-8 sequences`,
    }),
  ),
).meta({ description: 'Labels to find it by.', widget: 'tags' })

/** Points at an entity of another kind, by id. The APIs also accept its key, and resolve it before this is checked. */
export const reference = (kind: string, onDelete: 'cascade' | 'restrict' = 'restrict') =>
  z.strictObject({ id: uuid }).meta({ references: kind, onDelete })
