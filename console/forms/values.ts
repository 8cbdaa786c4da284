import type { Field } from './field.ts'

/**
 * What stands in a form's controls. Numbers are kept as typed, maps as rows (so that a half-written name is not lost),
 * free JSON as text; `bodyOf` makes what the API takes.
 */
export type Values = Record<string, unknown>

export interface Row {
  key: string
  value: unknown
}

export type Path = (string | number)[]

/** The controls' values for an entity, or for a new one when there is none: defaults stand in them already. */
export const valuesOf = (fields: Field[], entity: Record<string, unknown> | undefined): Values =>
  Object.fromEntries(fields.map((field) => [field.name, startOf(field, entity?.[field.name])]))

export const startOf = (field: Field, given: unknown): unknown => {
  const value = given === undefined ? field.fallback : given
  switch (field.kind) {
    case 'text':
    case 'textarea':
      return typeof value === 'string' ? value : ''
    case 'number':
      return typeof value === 'number' ? String(value) : ''
    case 'boolean':
      return typeof value === 'boolean' ? value : field.nullable ? null : false
    case 'enum':
      return value ?? (field.nullable || field.required ? '' : (field.options[0] ?? ''))
    case 'choices':
    case 'chips':
      return Array.isArray(value) ? [...value] : []
    case 'list':
      return Array.isArray(value) ? value.map((item) => startOf(field.item, item)) : []
    case 'map':
      return Object.entries((value as Record<string, unknown>) ?? {}).map(
        ([key, item]): Row => ({ key, value: startOf(field.item, item) }),
      )
    case 'record':
      if (value === null && field.nullable) return null
      if (value === undefined && field.nullable) return null
      return valuesOf(field.fields, value as Record<string, unknown> | undefined)
    case 'reference':
      return (value as { id: string } | null | undefined) ?? null
    case 'json':
      return value === null || value === undefined ? '' : JSON.stringify(value, null, 2)
  }
}

/** The body that the API takes. What was left empty is null where that is allowed, else left out. */
export const bodyOf = (fields: Field[], values: Values): Record<string, unknown> =>
  Object.fromEntries(
    fields
      .map((field) => [field.name, wireOf(field, values[field.name])] as const)
      .filter(([, value]) => value !== undefined),
  )

const wireOf = (field: Field, value: unknown): unknown => {
  const empty = field.nullable ? null : undefined
  switch (field.kind) {
    case 'text':
    case 'textarea':
      return value === '' ? empty : value
    case 'number': {
      const text = String(value ?? '').trim()
      return text === '' ? empty : numberOf(text)
    }
    case 'boolean':
      return value
    case 'enum':
      return value === '' ? empty : value
    case 'choices':
    case 'chips': {
      const items = value as unknown[]
      return items.length === 0 && field.nullable && !Array.isArray(field.fallback) ? null : items
    }
    case 'list': {
      const items = (value as unknown[]).map((item) => wireOf(field.item, item) ?? null)
      return items.length === 0 && field.nullable ? null : items
    }
    case 'map': {
      const rows = (value as Row[]).filter((row) => row.key !== '')
      if (rows.length === 0 && field.nullable) return null
      return Object.fromEntries(rows.map((row) => [row.key, wireOf(field.item, row.value) ?? null]))
    }
    case 'record':
      return value === null ? null : bodyOf(field.fields, value as Values)
    case 'reference':
      return value
    case 'json':
      return value === '' ? empty : jsonOf(String(value))
  }
}

/** What is not a number goes as it is: the API then says so at the field. */
export const numberOf = (text: string): number | string => {
  const number = Number(text)
  return Number.isFinite(number) ? number : text
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Problems that only the form can see: JSON text that is not JSON. */
export const unreadable = (
  fields: Field[],
  values: Values,
  at: Path = [],
): Record<string, string> => {
  const found: Record<string, string> = {}
  for (const field of fields) {
    const value = values[field.name]
    const path = [...at, field.name]
    if (field.kind === 'json' && value !== '' && typeof jsonOf(String(value)) === 'string') {
      if (!String(value).trim().startsWith('"')) found[path.join('.')] = 'expected JSON'
    }
    if (field.kind === 'record' && value !== null) {
      Object.assign(found, unreadable(field.fields, value as Values, path))
    }
  }
  return found
}
