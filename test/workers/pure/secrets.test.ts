import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { kindByName } from '#model/index'
import type { EntityKind } from '#model/kit'
import { plugins } from '#plugins/index'
import { changeSecrets, MASK, maskSecrets, schemaAt } from '#workers/db/secrets'
import { jsonSchemaOf } from '#workers/modules/configuration/schemas'

const secret = z.string().meta({ secret: 'used' })
const compared = z.string().meta({ secret: 'compared' })

describe('secrets in a value', () => {
  const schema = z.object({
    plain: z.string(),
    direct: secret.nullable().default(null),
    record: z.strictObject({ inner: secret.optional() }).prefault({}),
    list: z.array(z.object({ token: secret, name: z.string() })),
    map: z.record(z.string(), secret).nullable(),
    pair: z.tuple([z.string(), secret]),
    either: z.union([z.object({ key: secret }), z.object({ name: z.string() })]),
    piped: secret.transform((text) => text.trim()),
    whole: z.object({ user: z.string(), more: z.array(z.string()) }).meta({ secret: 'used' }),
    compared,
  })
  const value = {
    plain: 'seen',
    direct: 's1',
    record: { inner: 's2' },
    list: [
      { token: 's3', name: 'seen' },
      { token: 's4', name: 'seen' },
    ],
    map: { seen: 's5', __proto: 's6' },
    pair: ['seen', 's7'],
    either: { key: 's8' },
    piped: 's9',
    whole: { user: 's10', more: ['s11'] },
    compared: 's12',
  }

  it('are all found, however deep, and nothing else', () => {
    const before = structuredClone(value)
    const shown = maskSecrets(schema, value)
    expect(JSON.stringify(shown).match(/"s\d+"/g)).toBeNull()
    expect(JSON.stringify(shown).match(/"seen"/g)).toHaveLength(5)
    expect(shown).toMatchObject({ direct: MASK, map: { seen: MASK }, list: [{ token: MASK }, {}] })
    expect(value).toEqual(before)
  })

  it('are changed one by one, and changed back by the inverse', async () => {
    const uses: string[] = []
    const turned = await changeSecrets(schema, value, async ({ text, use }) => {
      uses.push(`${text} ${use}`)
      return `<${text}>`
    })
    expect(uses).toHaveLength(12)
    expect(uses).toContain('s12 compared')
    expect(turned).toMatchObject({ list: [{ token: '<s3>' }, { token: '<s4>' }], plain: 'seen' })
    expect(await changeSecrets(schema, turned, async ({ text }) => text.slice(1, -1))).toEqual(
      value,
    )
  })

  it('may be missing or null', () => {
    const empty = { plain: 'p', direct: null, record: {}, list: [], map: null }
    expect(maskSecrets(schema, empty)).toBe(empty)
  })
})

describe('the plugins', () => {
  const plugin = kindByName.get('plugin') as EntityKind

  it.each(plugins.map((type) => [type.name, type] as const))(
    '%s: every field that its schema shows as a secret is masked',
    (name, type) => {
      const paths = marked(jsonSchemaOf(type.schema), [])
      const config: Record<string, unknown> = {}
      for (const path of paths) put(config, path, 'open')
      const shown = JSON.stringify(maskSecrets(schemaAt(plugin, 'config', { name }), config))
      expect(shown.split(MASK)).toHaveLength(paths.length + 1)
      expect(shown).not.toContain('open')
    },
  )

  it('that talk to other servers have secrets', () => {
    const of = (name: string) =>
      marked(jsonSchemaOf(plugins.find((type) => type.name === name)?.schema ?? z.never()), [])
    expect(of('rate-limiting')).toEqual([['redis', 'password']])
    expect(of('http-log')).toEqual([['http_endpoint'], ['headers', 'any']])
  })
})

/** Paths of what a JSON Schema marks as a secret; `any` for the members of a map. */
const marked = (schema: unknown, path: string[]): string[][] => {
  if (typeof schema !== 'object' || schema === null) return []
  const node = schema as Record<string, unknown>
  if (node.secret !== undefined) return [path]
  const inside = Object.entries((node.properties ?? {}) as object).flatMap(([name, member]) =>
    marked(member, [...path, name]),
  )
  const alternatives = ((node.anyOf ?? []) as unknown[]).flatMap((one) => marked(one, path))
  return [
    ...inside,
    ...alternatives,
    ...marked(node.additionalProperties, [...path, 'any']),
    ...marked(node.items, [...path, '0']),
  ]
}

const put = (into: Record<string, unknown>, [name = '', ...rest]: string[], text: string): void => {
  if (rest.length === 0) into[name] = text
  else {
    into[name] ??= {}
    put(into[name] as Record<string, unknown>, rest, text)
  }
}
