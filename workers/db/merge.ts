import * as z from 'zod'

/**
 * Puts a change over what is stored, as PATCH does: records merge member by member, everything else (lists and maps too)
 * is replaced. `schema` tells records from maps.
 */
export const merge = (schema: z.core.$ZodType, before: unknown, change: unknown): unknown => {
  const record = recordOf(schema)
  if (!record || !isObject(before) || !isObject(change)) return change
  const merged: Record<string, unknown> = { ...before }
  for (const [name, value] of Object.entries(change)) {
    // Clients name fields as they like: `constructor` is not a member because objects have one.
    const member = Object.hasOwn(record.shape, name) ? record.shape[name] : undefined
    merged[name] = member ? merge(member, before[name], value) : value
  }
  return merged
}

/** The record inside `optional` and defaults; nothing when the type is another. */
export const recordOf = (schema: z.core.$ZodType): z.ZodObject | undefined => {
  if (schema instanceof z.ZodObject) return schema
  const inner = (schema._zod.def as { innerType?: z.core.$ZodType }).innerType
  return inner ? recordOf(inner) : undefined
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
