import type { Fields } from './violation.ts'

/** How sealed secrets begin in a snapshot. Runtimes open every text that begins so: nothing else may. */
export const SEALED_PREFIX = 'sealed:v1:'

/** The fields of an entity that hold a text only snapshots may hold, or nothing. */
export const reservedTexts = (row: Record<string, unknown>): Fields | undefined => {
  if (!JSON.stringify(row).includes(SEALED_PREFIX)) return undefined
  const fields: Fields = {}
  for (const [field, value] of Object.entries(row)) {
    if (holds(value)) fields[field] = `must not hold a text that begins with '${SEALED_PREFIX}'`
  }
  return Object.keys(fields).length > 0 ? fields : undefined
}

const holds = (value: unknown): boolean => {
  if (typeof value === 'string') return value.startsWith(SEALED_PREFIX)
  return typeof value === 'object' && value !== null && Object.values(value).some(holds)
}
