import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { kindByPlural } from '#model/index'
import type { EntityKind } from '#model/kit'
import { type KongField, type KongSchema, kongForm, kongPluginForm } from '#model/kong-form'
import { plugins } from '#plugins/index'

const schemas = new URL('../../conformance/schemas/', import.meta.url)
const recorded = (path: string): KongSchema =>
  JSON.parse(readFileSync(new URL(path, schemas), 'utf8'))

/**
 * Where we differ from Kong on purpose. `snis` of certificates is a shorthand that writes other entities. Deleting a
 * certificate deletes its snis in both, but Kong does it outside of its schema. Times of targets are whole seconds, as
 * everywhere. http-log may log streams in Kong; no stream is proxied here.
 */
const intended = new Set([
  'certificates.snis: missing',
  'snis.certificate.on_delete: "cascade" instead of nothing',
  'targets.created_at.type: "integer" instead of "number"',
  'targets.updated_at.type: "integer" instead of "number"',
  'http-log.protocols.elements.one_of: ["grpc","grpcs","http","https"] instead of ["grpc","grpcs","http","https","tcp","tls","tls_passthrough","udp"]',
])

const attributes = [
  'type',
  'required',
  'default',
  'one_of',
  'between',
  'gt',
  'unique',
  'uuid',
  'auto',
  'timestamp',
  'reference',
  'on_delete',
  'referenceable',
  'abstract',
  'eq',
] as const

/** Every difference between two lists of fields, by name. */
const differences = (
  path: string,
  ours: Record<string, KongField>[] = [],
  theirs: Record<string, KongField>[] = [],
): string[] => {
  const own: Record<string, KongField> = Object.assign({}, ...ours)
  const expected: Record<string, KongField> = Object.assign({}, ...theirs)
  return [...new Set([...Object.keys(own), ...Object.keys(expected)])].flatMap((name) => {
    const [mine, kongs] = [own[name], expected[name]]
    if (!mine) return [`${path}.${name}: missing`]
    if (!kongs) return [`${path}.${name}: Kong has no such field`]
    return fieldDifferences(`${path}.${name}`, mine, kongs)
  })
}

const fieldDifferences = (path: string, mine: KongField, kongs: KongField): string[] => [
  ...attributes.flatMap((attribute) => {
    // What Kong repeats as the default of a whole record is the sum of the defaults in it.
    if (attribute === 'default' && kongs.type === 'record') return []
    const [a, b] = [plain(mine[attribute]), plain(kongs[attribute])]
    return a === b ? [] : [`${path}.${attribute}: ${a} instead of ${b}`]
  }),
  ...(['elements', 'keys', 'values'] as const).flatMap((inner) => {
    const [a, b] = [mine[inner], kongs[inner]]
    // Kong requires tags not to be null, and nothing else of the kind.
    return a && b ? fieldDifferences(`${path}.${inner}`, a, { ...b, required: undefined }) : []
  }),
  ...differences(path, mine.fields, kongs.fields),
]

const plain = (value: unknown): string =>
  value === undefined || value === null || value === false ? 'nothing' : JSON.stringify(value)

const unexpected = (found: string[]): string[] => found.filter((line) => !intended.has(line))

describe('the schemas of entity kinds', () => {
  it.each([...kindByPlural])('%s: has the fields, types and defaults of Kong', (plural, kind) => {
    const kongs = recorded(`entities/${plural}.json`)
    expect(
      unexpected(differences(plural, kongForm(kind as EntityKind).fields, kongs.fields)),
    ).toEqual([])
  })
})

describe('the schemas of plugins', () => {
  it.each(plugins.map((plugin) => [plugin.name, plugin] as const))(
    '%s: has the fields, types and defaults of Kong',
    (name, plugin) => {
      const kongs = recorded(`plugins/${name}.json`)
      expect(unexpected(differences(name, kongPluginForm(plugin).fields, kongs.fields))).toEqual([])
    },
  )

  it.each(plugins.map((plugin) => [plugin.name, plugin] as const))(
    '%s: takes the old field names of Kong',
    (name, plugin) => {
      const names = (schema: KongSchema) =>
        schema.fields
          .flatMap((field) => field.config?.shorthand_fields ?? [])
          .flatMap((field) => Object.entries(field).map(([old, { type }]) => `${old}: ${type}`))
          .sort()
      expect(names(kongPluginForm(plugin))).toEqual(names(recorded(`plugins/${name}.json`)))
    },
  )
})
