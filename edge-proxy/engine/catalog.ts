import type { PluginCatalog } from '#model/declarative'
import type { Parsed } from '#model/kit'
import { type Fields, fieldsOf, kongMessage } from '#model/violation'
import type { PluginType } from './plugin.ts'

/** What the model has to know of these plugins: whether they exist, their configuration, their scopes. */
export const catalogOf = (plugins: readonly PluginType[]): PluginCatalog => {
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]))
  return {
    parse(name, config) {
      const plugin = byName.get(name)
      return plugin && parseConfig(plugin, config)
    },
    never: (name) => byName.get(name)?.never ?? [],
  }
}

/** Checks a configuration, with old field names taken as those of today, and fills defaults. */
export const parseConfig = (
  plugin: PluginType,
  config: unknown,
): Parsed<Record<string, unknown>> => {
  const result = plugin.schema.safeParse(renamed(plugin, config ?? {}), { error: kongMessage })
  if (!result.success) {
    const fields = fieldsOf(result.error.issues, plugin.schema)
    // Zod stops at the shape; rules between fields are told together with it where they can be judged.
    return { ok: false, fields }
  }
  const row = result.data as Record<string, unknown>
  const fields: Fields = {}
  for (const check of plugin.checks) {
    for (const [field, problem] of Object.entries(check(row as never) ?? {})) {
      const before = fields[field]
      fields[field] =
        Array.isArray(before) && Array.isArray(problem) ? [...before, ...problem] : problem
    }
  }
  return Object.keys(fields).length > 0 ? { ok: false, fields } : { ok: true, row }
}

const renamed = (plugin: PluginType, config: unknown): unknown => {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return config
  const names = Object.keys(plugin.shorthands).filter((name) => name in config)
  if (names.length === 0) return config
  const result: Record<string, unknown> = { ...config }
  for (const name of names) {
    const value = result[name]
    delete result[name]
    if (value !== null && value !== undefined) {
      merge(result, plugin.shorthands[name]?.(value) ?? {})
    }
  }
  return result
}

/** Adds values where nothing is given; records are joined. */
const merge = (into: Record<string, unknown>, values: Record<string, unknown>): void => {
  for (const [name, value] of Object.entries(values)) {
    const before = into[name]
    if (isRecord(before) && isRecord(value)) {
      const joined = { ...before }
      merge(joined, value)
      into[name] = joined
    } else {
      into[name] = before ?? value
    }
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
