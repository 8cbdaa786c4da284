import * as z from 'zod'
import { kinds } from '#model/index'
import { type EntityKind, metaOf } from '#model/kit'
import { plugins } from '#plugins/index'
import { columnsOf } from '#workers/db/columns'

/** An entity kind as the console needs it: to make its table and its form. */
export const describeKind = (kind: EntityKind) => ({
  name: kind.name,
  plural: kind.plural,
  path: kind.path,
  summary: kind.summary,
  key: kind.key ?? null,
  nested: kind.nested ?? null,
  schema: jsonSchemaOf(kind.input),
  list_columns: listColumnsOf(kind),
})

/** A plugin as the console needs it. */
export const describePlugin = (type: (typeof plugins)[number]) => ({
  name: type.name,
  summary: type.summary,
  priority: type.priority,
  hosts: type.hosts,
  never: type.never,
  schema: jsonSchemaOf(type.schema),
  examples: type.examples,
})

/** Descriptions do not change while a Worker lives. */
export const describedKinds = once(() => kinds.map(describeKind))
export const describedPlugins = once(() => plugins.map(describePlugin))

/**
 * JSON Schema of what a client may send; our metadata (`unique`, `references`, `widget`, …) comes with it, also on fields
 * that may be null.
 */
export const jsonSchemaOf = (schema: z.ZodType): unknown =>
  z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-2020-12',
    override: ({ zodSchema, jsonSchema }) => {
      Object.assign(jsonSchema, metaOf(zodSchema), jsonSchema)
    },
  })

const MATCHERS = new Set(['hosts', 'paths', 'methods'])

/** The fields worth a column: what it is called, what it must have, what it matches and belongs to, its labels. */
const listColumnsOf = (kind: EntityKind): string[] => {
  const columns = columnsOf(kind).filter(({ field, type }) => {
    const schema = kind.fields[field]
    return type !== 'secret' && schema !== undefined && metaOf(schema).widget !== 'textarea'
  })
  const fields = (chosen: typeof columns) => chosen.map(({ field }) => field)
  return [
    ...new Set([
      ...fields(columns.filter(({ field }) => field === kind.key)),
      ...fields(columns.filter(({ required }) => required)),
      ...fields(columns.filter(({ unique }) => unique)),
      ...fields(columns.filter(({ field }) => MATCHERS.has(field))),
      ...fields(columns.filter(({ type }) => type === 'reference')),
      ...fields(columns.filter(({ field }) => field === 'enabled' || field === 'tags')),
      'created_at',
    ]),
  ]
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
