import * as z from 'zod'

/** Problems by field, nested as the entity is; `@entity` holds the problems of the whole. Kong's `fields`. */
export type Fields = { [field: string]: string | string[] | Fields | (string | Fields | null)[] }

type Issue = z.core.$ZodRawIssue & { input?: unknown; inst?: z.core.$ZodType }

const expected: Record<string, string> = {
  string: 'expected a string',
  number: 'expected a number',
  int: 'expected an integer',
  boolean: 'expected a boolean',
  array: 'expected an array',
  object: 'expected a record',
  record: 'expected a map',
}

/** Words a Zod issue as Kong words it, so that clients written against Kong find the texts they know. */
export const kongMessage = (raw: z.core.$ZodRawIssue): string | undefined => {
  const issue = raw as Issue
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined || issue.input === null) return 'required field missing'
    const format = (issue.inst?._zod.def as { format?: string } | undefined)?.format
    if (issue.inst && z.globalRegistry.get(issue.inst)?.set) return 'expected a set'
    return expected[format === 'safeint' ? 'int' : String(issue.expected)]
  }
  if (issue.code === 'invalid_value') {
    if (issue.input === undefined || issue.input === null) return 'required field missing'
    return `expected one of: ${(issue.values as unknown[]).join(', ')}`
  }
  return undefined
}

/** Nests issues by their path. Problems of array members keep their place: `[null, 'expected a string']`. */
export const fieldsOf = (issues: z.core.$ZodIssue[]): Fields => {
  const fields: Fields = {}
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) put(fields, [...issue.path, key], 'unknown field')
    } else if (issue.code === 'invalid_key') {
      put(fields, issue.path, issue.issues[0]?.message ?? issue.message)
    } else {
      put(fields, issue.path.length > 0 ? issue.path : ['@entity'], issue.message)
    }
  }
  return fields
}

const put = (fields: Fields, path: PropertyKey[], message: string) => {
  let at = fields as Record<PropertyKey, unknown>
  for (const [index, key] of path.entries()) {
    if (index === path.length - 1) {
      at[key] ??= key === '@entity' ? [message] : message
      return
    }
    const next = at[key]
    if (typeof next !== 'object' || next === null) {
      at[key] = typeof path[index + 1] === 'number' ? [] : {}
    }
    at = at[key] as Record<PropertyKey, unknown>
  }
}

/** One line that names every field and its rule: Kong's `schema violation (host: required field missing)`. */
export const sentence = (fields: Fields): string => {
  const parts = problems(fields)
  const count = parts.length > 1 ? `${parts.length} schema violations` : 'schema violation'
  return `${count} (${parts.join('; ')})`
}

const problems = (fields: Fields): string[] =>
  Object.entries(fields)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, problem]) => {
      if (typeof problem === 'string') return [`${name}: ${problem}`]
      if (name === '@entity') return problem as string[]
      if (Array.isArray(problem)) {
        return problem.flatMap((item, index) => {
          if (item === null || item === undefined) return []
          return typeof item === 'string'
            ? [`${name}.${index + 1}: ${item}`]
            : problems(item).map((inner) => `${name}.${index + 1}.${inner}`)
        })
      }
      return problems(problem).map((inner) => `${name}.${inner}`)
    })
