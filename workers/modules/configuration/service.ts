import { type Declared, readDeclarative } from '#model/declarative'
import type { Fields } from '#model/violation'
import { catalog } from '#plugins/index'
import type { Context } from '#workers/api/context'
import { Problem } from '#workers/api/problem'
import { luaText } from '#workers/db/conflict'
import { flattenErrors } from './flatten.ts'

export interface ImportOptions {
  /** Tell problems entity by entity instead of nested as the document is. */
  flatten: boolean
}

/**
 * Makes a declarative document the whole configuration of a group, all of it or nothing. Answers its entities, complete,
 * by collection and id. Throws Kong's problem 14 with everything that is wrong.
 */
export const importConfiguration = async (
  context: Context,
  group_id: string,
  document: unknown,
  { flatten }: ImportOptions,
): Promise<Record<string, Record<string, unknown>>> => {
  context.actor.must('configuration:write')
  const declared = readDeclarative(document, catalog, Math.floor(context.now() / 1000))
  if (!declared.ok) throw refusalOf(document, declared, flatten)
  await context.store(group_id).replaceAll(declared.entities)
  return Object.fromEntries(
    [...declared.entities]
      .filter(([, rows]) => rows.length > 0)
      .map(([plural, rows]) => [plural, Object.fromEntries(rows.map((row) => [row.id, row]))]),
  )
}

const refusalOf = (
  document: unknown,
  { fields }: Extract<Declared, { ok: false }>,
  flatten: boolean,
): Problem => {
  const message = (of: Fields) => `declarative config is invalid: ${luaText(of)}`
  if (!flatten) return new Problem('invalid_declarative', message(fields), fields)
  const { flattened, rest } = flattenErrors(document, fields)
  return new Problem('invalid_declarative', message(rest), rest, {
    // Kong writes an empty list as an empty object.
    flattened_errors: flattened.length > 0 ? flattened : {},
  })
}
