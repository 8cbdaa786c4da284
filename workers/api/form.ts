import * as z from 'zod'
import { plugins } from '#plugins/index'

type Form = { [name: string]: unknown }

/**
 * Nests form fields as Kong does: `config.minute=5` and `config[minute]=5` are members, `paths[]=/a` and `paths[1]=/a`
 * list items, a repeated name is a list.
 */
export const nest = (entries: [string, string][]): Form => {
  const form: Form = {}
  for (const [name, value] of entries) {
    const path = name
      .split(/[.[]/)
      .map((part) => part.replace(/\]$/, ''))
      .filter((part) => part !== '__proto__')
    put(form, path, value)
  }
  return listed(form) as Form
}

const put = (form: Form, [name = '', ...rest]: string[], value: string): void => {
  const before = Object.hasOwn(form, name) ? form[name] : undefined
  if (rest.length === 0 || (rest.length === 1 && rest[0] === '')) {
    const isList = rest.length === 1
    if (before === undefined) form[name] = isList ? [value] : value
    else form[name] = [...(Array.isArray(before) ? before : [before]), value]
    return
  }
  const inner = typeof before === 'object' && before !== null ? before : {}
  form[name] = inner
  put(inner as Form, rest, value)
}

/** Turns members that are numbered from 1 into a list. */
const listed = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const members = Object.entries(value).map(([name, member]) => [name, listed(member)] as const)
  const isList = members.length > 0 && members.every(([name], index) => name === String(index + 1))
  return isList ? members.map(([, member]) => member) : Object.fromEntries(members)
}

/** Gives the texts of a form the types that the schema asks for. What fits no type stays text, and is refused later. */
export const inferForm = (schema: z.core.$ZodType, form: Form, stored: Form = {}): Form => {
  const inferred = infer(schema, form) as Form
  const type = plugins.find(({ name }) => name === (form.name ?? stored.name))
  if (
    type &&
    typeof form.config === 'object' &&
    form.config !== null &&
    'config' in shape(schema)
  ) {
    inferred.config = infer(type.schema, form.config)
  }
  return inferred
}

const infer = (schema: z.core.$ZodType, value: unknown): unknown => {
  if (value === '') return null
  const base = baseOf(schema)
  if (base instanceof z.ZodObject && isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => {
        const inner: z.core.$ZodType | undefined = Object.hasOwn(base.shape, name)
          ? base.shape[name]
          : undefined
        return [name, inner ? infer(inner, member) : member]
      }),
    )
  }
  if (base instanceof z.ZodRecord && isRecord(value)) {
    const { valueType } = base
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, infer(valueType, member)]),
    )
  }
  if (base instanceof z.ZodArray && !isRecord(value)) {
    const items = Array.isArray(value) ? value : [value]
    return items.map((item) => infer(base.element, item))
  }
  if (typeof value !== 'string') return value
  if (base instanceof z.ZodBoolean)
    return value === 'true' ? true : value === 'false' ? false : value
  if (base instanceof z.ZodNumber || base instanceof z.ZodLiteral) {
    const number = Number(value)
    return Number.isNaN(number) ? value : number
  }
  return value
}

const baseOf = (schema: z.core.$ZodType): z.core.$ZodType => {
  const def = schema._zod.def as { innerType?: z.core.$ZodType; in?: z.core.$ZodType }
  const inner = def.innerType ?? def.in
  return inner ? baseOf(inner) : schema
}

const shape = (schema: z.core.$ZodType): object => {
  const base = baseOf(schema)
  return base instanceof z.ZodObject ? base.shape : {}
}

const isRecord = (value: unknown): value is Form =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
