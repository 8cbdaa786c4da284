import type { Kind, PluginKind } from '../../data/schemas.ts'
import { type Field, fieldsOf, type RecordField } from '../../forms/field.ts'
import type { Section } from '../../forms/schema-form.tsx'

export const scopes = ['service', 'route', 'consumer'] as const

/** Up to so many settings are shown without folding any away. */
const ALL_SHOWN = 6

/** The fields of a plugin entity, its `config` as the plugin's own schema says. */
export const pluginFields = (kind: Kind, plugin: PluginKind): Field[] =>
  fieldsOf(kind.schema)
    .filter(({ name }) => name !== 'name' && !plugin.never.some((scope) => scope === name))
    .map((field): Field => {
      if (field.name !== 'config') return field
      const { name, label, description, unique, secret, made } = field
      return {
        ...{ name, label, description, unique, secret, made },
        required: false,
        nullable: false,
        fallback: undefined,
        kind: 'record',
        fields: fieldsOf(plugin.schema),
      }
    })

/** Scope, settings, and what is seldom changed. Settings that the plugin's examples use count as the important ones. */
export const pluginSections = (fields: Field[], plugin: PluginKind): Section[] => {
  const config = fields.find((field): field is RecordField => field.name === 'config')
  const settings = config?.fields ?? []
  const used = new Set(plugin.examples.flatMap(({ config: one }) => Object.keys(one ?? {})))
  const few = settings.length <= ALL_SHOWN || used.size === 0
  const open = settings.filter((field) => few || field.required || used.has(field.name))
  const scope = fields.filter(({ name }) => scopes.some((one) => one === name))
  const rest = fields.filter(({ name }) => name !== 'config' && !scope.some((f) => f.name === name))
  return [
    {
      title: 'Acts on',
      note: 'All traffic of the group, unless you narrow it down.',
      fields: scope,
    },
    { title: 'Settings', fields: open, at: ['config'] },
    {
      title: 'More settings',
      fields: settings.filter((field) => !open.includes(field)),
      at: ['config'],
      folded: true,
    },
    { title: 'More options', fields: rest, folded: true },
  ]
}
