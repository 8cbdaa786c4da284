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
    const numbers = (issue.values as unknown[]).every((value) => typeof value === 'number')
    if (numbers && !Number.isInteger(issue.input)) return 'expected an integer'
    return `expected one of: ${(issue.values as unknown[]).join(', ')}`
  }
  return undefined
}

/**
 * Nests issues by their path. Problems of array members keep their place: `[null, 'expected a string']`. Those of a map's
 * members are told of the map, as Kong does; `schema` says which members are of maps.
 */
export const fieldsOf = (issues: z.core.$ZodIssue[], schema?: z.core.$ZodType): Fields => {
  const fields = empty()
  for (const issue of issues) {
    const path = withoutMapKeys(issue.path, schema)
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) put(fields, [...path, key], 'unknown field')
    } else if (issue.code === 'invalid_key') {
      put(fields, path, issue.issues[0]?.message ?? issue.message)
    } else {
      put(fields, path.length > 0 ? path : ['@entity'], issue.message)
    }
  }
  return fields
}

interface Definition {
  innerType?: z.core.$ZodType
  out?: z.core.$ZodType
  element?: z.core.$ZodType
  valueType?: z.core.$ZodType
  shape?: z.ZodRawShape
}

const withoutMapKeys = (path: PropertyKey[], schema: z.core.$ZodType | undefined) => {
  const kept: PropertyKey[] = []
  let at = schema
  for (const key of path) {
    let def = at?._zod.def as Definition | undefined
    for (let inner = def?.innerType ?? def?.out; inner; inner = def?.innerType ?? def?.out) {
      def = inner._zod.def as Definition
    }
    if (def?.valueType) at = def.valueType
    else {
      kept.push(key)
      at = def?.element ?? def?.shape?.[String(key)]
    }
  }
  return kept
}

/** Clients name fields as they like: one called `constructor` must not be taken for what every object has. */
const empty = (): Fields => Object.create(null) as Fields

const put = (fields: Fields, path: PropertyKey[], message: string) => {
  let at = fields as Record<PropertyKey, unknown>
  for (const [index, key] of path.entries()) {
    if (index === path.length - 1) {
      at[key] ??= key === '@entity' ? [message] : message
      return
    }
    const next = at[key]
    if (typeof next !== 'object' || next === null) {
      at[key] = typeof path[index + 1] === 'number' ? [] : empty()
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
    .sort(byName)
    .flatMap(([name, problem]) => {
      if (typeof problem === 'string') return [`${name}: ${problem}`]
      if (name === '@entity') return problem as string[]
      const members = Array.isArray(problem)
        ? problem.map((member, index) => [String(index + 1), member] as const)
        : Object.entries(problem).sort(byName)
      return members.flatMap(([member, inner]) =>
        inner === null || inner === undefined
          ? []
          : [`${name}.${member}: ${typeof inner === 'string' ? inner : written(inner, '')}`],
      )
    })

/** Every problem with its whole path, for people: `services.2.port: expected an integer`. Members count from 1. */
export const listOf = (fields: Fields): string[] =>
  Object.entries(fields)
    .sort(byName)
    .flatMap(([name, problem]) => {
      if (name === '@entity') return problem as string[]
      if (typeof problem === 'string') return [`${name}: ${problem}`]
      const members = Array.isArray(problem)
        ? problem.map((member, index) => [String(index + 1), member] as const)
        : [['', problem] as const]
      return members.flatMap(([member, inner]) => {
        if (inner === null || inner === undefined) return []
        const at = member === '' ? name : `${name}.${member}`
        if (typeof inner === 'string') return [`${at}: ${inner}`]
        return listOf(inner).map((text) => `${at}.${text}`)
      })
    })

/** Problems further down, as Lua writes a table: what Kong puts into the sentence. */
const written = (
  value: string | string[] | Fields | (string | Fields | null)[],
  indent: string,
): string => {
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`
  const deeper = `${indent}  `
  const lines = Array.isArray(value)
    ? listed(value, deeper)
    : Object.entries(value)
        .sort(byName)
        .map(([name, member]) => `${keyOf(name)} = ${written(member, deeper)}`)
  return `{\n${lines.map((line) => deeper + line).join(',\n')}\n${indent}}`
}

/** Members that stand after a hole have their number. */
const listed = (list: (string | Fields | null)[], indent: string): string[] => {
  const lines: string[] = []
  for (const [index, member] of list.entries()) {
    if (member === null || member === undefined) continue
    const text = written(member, indent)
    lines.push(lines.length === index ? text : `[${index + 1}] = ${text}`)
  }
  return lines
}

const keyOf = (name: string): string => (/^[a-zA-Z_]\w*$/.test(name) ? name : `["${name}"]`)

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1)
