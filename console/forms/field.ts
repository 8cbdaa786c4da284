import type { JsonSchema } from '../data/schemas.ts'
import { words } from './words.ts'

interface Shared {
  name: string
  label: string
  description: string | undefined
  /** A value must be given: there is no default and null is not taken. */
  required: boolean
  nullable: boolean
  /** The schema's default; undefined when it has none. */
  fallback: unknown
  unique: boolean
  secret: boolean
  /** The server makes a value when none is given. */
  made: boolean
}

export type Field = Shared &
  (
    | { kind: 'text' }
    | { kind: 'textarea' }
    | { kind: 'boolean' }
    | { kind: 'json' }
    | { kind: 'number'; whole: boolean; low: number | undefined; high: number | undefined }
    | { kind: 'enum'; options: (string | number)[] }
    | { kind: 'choices'; options: (string | number)[] }
    | { kind: 'chips'; numeric: boolean; references: string | undefined }
    | { kind: 'list'; item: Field }
    | { kind: 'map'; item: Field }
    | { kind: 'record'; fields: Field[] }
    | { kind: 'reference'; references: string }
  )

export type RecordField = Extract<Field, { kind: 'record' }>

const madeByServer = new Set(['uuid', 'timestamp', 'digest'])

/** The fields of an object's schema that a person can set, in the order of the schema. */
export const fieldsOf = (schema: JsonSchema): Field[] =>
  Object.entries(schema.properties ?? {})
    .map(([name, property]) => [name, plain(property)] as const)
    .filter(([, { schema: property }]) => !madeByServer.has(property.auto ?? ''))
    .map(([name, { schema: property, nullable }]) =>
      fieldOf(name, property, nullable, schema.required?.includes(name) ?? false),
    )

/** What to draw for one property. */
export const fieldOf = (
  name: string,
  schema: JsonSchema,
  nullable: boolean,
  required: boolean,
): Field => {
  const shared: Shared = {
    name,
    label: words(name),
    description: schema.description,
    required: required && schema.default === undefined && !nullable,
    nullable,
    fallback: schema.default,
    unique: schema.unique ?? false,
    secret: schema.secret !== undefined || schema.widget === 'password',
    made: schema.auto === 'token',
  }
  if (schema.references !== undefined && schema.type !== 'array') {
    return { ...shared, kind: 'reference', references: schema.references }
  }
  const options = (
    schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
  )?.filter(
    (option): option is string | number => typeof option === 'string' || typeof option === 'number',
  )
  if (options && options.length > 0) return { ...shared, kind: 'enum', options }
  switch (schema.type) {
    case 'boolean':
      return { ...shared, kind: 'boolean' }
    case 'integer':
    case 'number':
      return {
        ...shared,
        kind: 'number',
        whole: schema.type === 'integer',
        low: bound(schema.minimum),
        high: bound(schema.maximum),
      }
    case 'string':
      return {
        ...shared,
        kind: schema.widget === 'textarea' || schema.widget === 'code' ? 'textarea' : 'text',
      }
    case 'array':
      return { ...shared, ...listOf(name, schema) }
    case 'object':
      return { ...shared, ...objectOf(name, schema) }
    default:
      return { ...shared, kind: 'json' }
  }
}

const listOf = (name: string, schema: JsonSchema) => {
  const { schema: item, nullable } = plain(schema.items ?? {})
  const member = fieldOf(name, item, nullable, true)
  if (member.kind === 'enum') return { kind: 'choices' as const, options: member.options }
  if (member.kind === 'text' || member.kind === 'number') {
    return {
      kind: 'chips' as const,
      numeric: member.kind === 'number',
      references: schema.references ?? item.references,
    }
  }
  return { kind: 'list' as const, item: member }
}

const objectOf = (name: string, schema: JsonSchema) => {
  if (schema.properties) return { kind: 'record' as const, fields: fieldsOf(schema) }
  const value = schema.additionalProperties
  if (typeof value !== 'object' || Object.keys(value).length === 0) return { kind: 'json' as const }
  const { schema: item, nullable } = plain(value)
  return { kind: 'map' as const, item: fieldOf(name, item, nullable, true) }
}

/** Takes null out of a schema's types, however it was said, and says whether it was there. */
const plain = (schema: JsonSchema): { schema: JsonSchema; nullable: boolean } => {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== 'null')
    const { type: _, ...rest } = schema
    const only = types.length === 1 ? types[0] : undefined
    return {
      schema: only === undefined ? rest : { ...rest, type: only },
      nullable: schema.type.includes('null') || schema.nullable === true,
    }
  }
  const branches = schema.anyOf ?? schema.oneOf
  if (!branches) return { schema, nullable: schema.nullable === true }
  const real = branches.filter((branch) => branch.type !== 'null')
  const nullable = real.length < branches.length || schema.nullable === true
  const { anyOf: _, oneOf: __, ...outer } = schema
  const [first] = real
  if (first === undefined || real.length > 1) return { schema: outer, nullable }
  const inner = plain(first)
  return { schema: { ...inner.schema, ...outer }, nullable: nullable || inner.nullable }
}

/** Bounds that only say how large a number can be at all are of no use to a person. */
const bound = (value: number | undefined): number | undefined =>
  value === undefined || Math.abs(value) >= 2 ** 31 - 2 ? undefined : value
