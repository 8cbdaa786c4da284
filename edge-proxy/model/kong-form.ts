import type * as z from 'zod'
import { kindByName } from './index.ts'
import { type EntityKind, metaOf } from './kit.ts'

/** A field as Kong's own schemas state it: what `GET /schemas/...` answers, and what decK reads. */
export interface KongField {
  type: string
  description?: string
  required?: boolean
  default?: unknown
  one_of?: unknown[]
  between?: [number, number]
  gt?: number
  len_min?: number
  uuid?: boolean
  auto?: boolean
  timestamp?: boolean
  unique?: boolean
  referenceable?: boolean
  encrypted?: boolean
  abstract?: boolean
  reference?: string
  on_delete?: string
  eq?: null
  elements?: KongField
  keys?: KongField
  values?: KongField
  fields?: Record<string, KongField>[]
  shorthand_fields?: Record<string, KongField>[]
}

export interface KongSchema {
  fields: Record<string, KongField>[]
  entity_checks: unknown[]
}

/** What the form of a plugin is made of; `never` and `shorthands` as the plugin declares them. */
export interface PluginShape {
  schema: z.ZodObject
  never: readonly string[]
  shorthands: Record<string, (value: unknown) => Record<string, unknown>>
}

/** The schema of an entity kind in Kong's form. */
export const kongForm = (kind: EntityKind): KongSchema => ({
  fields: fieldsOf(kind.row.shape),
  entity_checks: [],
})

/** The schema of a plugin in Kong's form: what it can be scoped to, its protocols, its configuration. */
export const kongPluginForm = ({ schema, never, shorthands }: PluginShape): KongSchema => {
  const config: KongField = { type: 'record', required: true, fields: fieldsOf(schema.shape) }
  const old = Object.entries(shorthands)
  if (old.length > 0) {
    config.shorthand_fields = old.map(([name, renamed]) => ({
      [name]: { type: fieldAt(config, renamed(PROBE)).type },
    }))
  }
  return {
    fields: [
      ...never.map((scope) => ({
        [scope]: { type: 'foreign', reference: kindByName.get(scope)?.plural ?? scope, eq: null },
      })),
      {
        protocols: {
          type: 'set',
          required: true,
          elements: { type: 'string', one_of: ['grpc', 'grpcs', 'http', 'https'] },
          default: ['grpc', 'grpcs', 'http', 'https'],
        },
      },
      { config },
    ],
    entity_checks: [],
  }
}

/** A value that a shorthand puts where the field of today is. */
const PROBE = Symbol('probe')

/** The field that holds the probe. */
const fieldAt = (field: KongField, value: unknown): KongField => {
  if (value === PROBE || typeof value !== 'object' || value === null) return field
  const [name, member] = Object.entries(value)[0] ?? ['', PROBE]
  const found = field.fields?.find((candidate) => name in candidate)?.[name]
  return found ? fieldAt(found, member) : field
}

const fieldsOf = (shape: z.ZodRawShape): Record<string, KongField>[] =>
  Object.entries(shape).map(([name, schema]) => ({ [name]: fieldOf(schema) }))

const fieldOf = (schema: z.core.$ZodType): KongField => {
  const { core, wrapped } = unwrap(schema)
  const meta = metaOf(schema)
  const field = meta.references === undefined ? typeOf(core, meta) : referenceOf(meta)
  if (meta.description !== undefined) field.description = meta.description
  if (meta.auto !== undefined && meta.auto !== 'digest') field.auto = true
  if (meta.auto === 'timestamp') {
    field.timestamp = true
    field.type = 'integer'
  }
  if (meta.unique) field.unique = true
  if (meta.referenceable) field.referenceable = true
  if (meta.secret === 'used') field.encrypted = true
  if (wrapped.default !== undefined && wrapped.default !== null) field.default = wrapped.default
  if (!wrapped.absent && field.auto !== true && !field.abstract) field.required = true
  if (field.abstract) delete field.default
  return field
}

interface Wrapped {
  /** Whether the value may be missing or null. */
  absent: boolean
  default: unknown
}

const unwrap = (schema: z.core.$ZodType): { core: z.core.$ZodType; wrapped: Wrapped } => {
  const wrapped: Wrapped = { absent: false, default: undefined }
  let core = schema
  for (;;) {
    const { def } = core._zod as unknown as { def: Definition }
    switch (def.type) {
      case 'nullable':
      case 'optional':
        wrapped.absent = true
        break
      case 'default':
        wrapped.default ??= def.defaultValue
        break
      case 'prefault':
        break
      case 'pipe':
        core = def.out as z.core.$ZodType
        continue
      default:
        return { core, wrapped }
    }
    core = def.innerType as z.core.$ZodType
  }
}

interface Definition {
  type: string
  format?: string
  innerType?: z.core.$ZodType
  out?: z.core.$ZodType
  defaultValue?: unknown
  element?: z.core.$ZodType
  keyType?: z.core.$ZodType
  valueType?: z.core.$ZodType
  entries?: Record<string, string>
  values?: unknown[]
  shape?: z.ZodRawShape
  checks?: { _zod: { def: Bounds } }[]
}

interface Bounds {
  check: string
  value?: number
  minimum?: number
  inclusive?: boolean
}

const typeOf = (schema: z.core.$ZodType, meta: z.GlobalMeta): KongField => {
  const { def } = schema._zod as unknown as { def: Definition }
  switch (def.type) {
    case 'string':
      return { type: 'string', ...(def.format === 'guid' && { uuid: true }) }
    case 'number':
      return {
        type: def.format === 'safeint' ? 'integer' : 'number',
        ...boundsOf(boundsIn(def)),
      }
    case 'boolean':
      return { type: 'boolean' }
    case 'enum':
      return { type: 'string', one_of: Object.values(def.entries ?? {}) }
    case 'literal':
      return {
        type: typeof def.values?.[0] === 'number' ? 'integer' : 'string',
        one_of: def.values ?? [],
      }
    case 'array':
      return {
        type: meta.set ? 'set' : 'array',
        elements: elementOf(def.element),
        ...lengthOf(boundsIn(def)),
      }
    case 'record': {
      const values = unwrap(def.valueType as z.core.$ZodType).core
      if ((values._zod.def as Definition).type === 'unknown')
        return { type: 'record', abstract: true }
      return { type: 'map', keys: elementOf(def.keyType), values: elementOf(def.valueType) }
    }
    case 'object':
      return { type: 'record', fields: fieldsOf(def.shape ?? {}) }
    default:
      return { type: def.type }
  }
}

/** Kong names no requirement of what is inside a list or map. */
const elementOf = (schema: z.core.$ZodType | undefined): KongField => {
  if (!schema) return { type: 'any' }
  const { required: _, ...field } = fieldOf(schema)
  return field
}

const boundsIn = ({ checks = [] }: Definition): Bounds[] => checks.map(({ _zod }) => _zod.def)

const boundsOf = (bounds: Bounds[]): Partial<KongField> => {
  const low = bounds.find(({ check }) => check === 'greater_than')
  const high = bounds.find(({ check }) => check === 'less_than')
  if (low?.value === undefined) return {}
  if (!low.inclusive) return { gt: low.value }
  return high?.value === undefined ? {} : { between: [low.value, high.value] }
}

const lengthOf = (bounds: Bounds[]): Partial<KongField> => {
  const least = bounds.find(({ check }) => check === 'min_length')?.minimum
  return least === undefined ? {} : { len_min: least }
}

const referenceOf = (meta: z.GlobalMeta): KongField => ({
  type: 'foreign',
  reference: kindByName.get(meta.references ?? '')?.plural ?? String(meta.references),
  ...(meta.onDelete === 'cascade' && { on_delete: 'cascade' }),
})
