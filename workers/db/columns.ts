import type * as z from 'zod'
import { type EntityKind, metaOf } from '#model/kit'

export type ColumnType = 'text' | 'integer' | 'real' | 'boolean' | 'json' | 'reference' | 'secret'

/** How one field of an entity lies in its table. */
export interface Column {
  field: string
  /** `<field>_id` for references, else the field's own name. A secret has `<field>_digest` beside it. */
  name: string
  type: ColumnType
  /** Whether the table insists on it: only when neither null nor a default can stand in. */
  required: boolean
  unique: boolean
  /** Kind that a reference points at. */
  references: string | undefined
  onDelete: 'cascade' | 'restrict'
  /** What a row has that was written before the field existed: the default, when null is not allowed. */
  otherwise: unknown
}

const known = new WeakMap<EntityKind, Column[]>()

/** Columns of a kind, one for each field, `id` and the times left out. */
export const columnsOf = (kind: EntityKind): Column[] => {
  const before = known.get(kind)
  if (before) return before
  const columns = Object.entries(kind.fields).map(([field, schema]) => columnOf(field, schema))
  known.set(kind, columns)
  return columns
}

const columnOf = (field: string, schema: z.core.$ZodType): Column => {
  const meta = metaOf(schema)
  const type: ColumnType = meta.references
    ? 'reference'
    : meta.secret
      ? 'secret'
      : typeOf(baseOf(schema))
  const absent = parseOf(schema, undefined)
  const takesNull = parseOf(schema, null).success
  return {
    field,
    name: type === 'reference' ? `${field}_id` : field,
    type,
    required: !absent.success,
    unique: meta.unique ?? false,
    references: meta.references,
    onDelete: meta.onDelete ?? 'restrict',
    otherwise: takesNull || !absent.success ? null : absent.data,
  }
}

const parseOf = (schema: z.core.$ZodType, value: unknown) => (schema as z.ZodType).safeParse(value)

/** The schema inside `optional`, defaults and transformations: what is stored is what comes out of them. */
const baseOf = (schema: z.core.$ZodType): z.core.$ZodType => {
  const def = schema._zod.def as { innerType?: z.core.$ZodType; out?: z.core.$ZodType }
  const inner = def.innerType ?? def.out
  return inner ? baseOf(inner) : schema
}

const typeOf = (schema: z.core.$ZodType): ColumnType => {
  const def = schema._zod.def as { type: string; format?: string; values?: unknown[] }
  if (def.type === 'string' || def.type === 'enum') return 'text'
  if (def.type === 'boolean') return 'boolean'
  if (def.type === 'number') return isWhole(schema) ? 'integer' : 'real'
  if (def.type === 'literal') return typeof def.values?.[0] === 'number' ? 'integer' : 'text'
  return 'json'
}

const isWhole = (schema: z.core.$ZodType): boolean =>
  [schema._zod.def, schema._zod.bag].some((at) => (at as { format?: string }).format === 'safeint')
