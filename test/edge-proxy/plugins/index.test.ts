import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '#engine/catalog'
import { catalog, plugins } from '#plugins/index'
import { serving } from '../../support/through.ts'

describe('the inventory of plugins', () => {
  it('lists every plugin of the folder, once, by the name of its file', () => {
    const files = readdirSync(new URL('../../../edge-proxy/plugins/', import.meta.url))
      .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
      .map((file) => file.replace('.ts', ''))
    expect(plugins.map(({ name }) => name).sort()).toEqual(files.sort())
  })

  it.each(
    plugins.flatMap((plugin) =>
      plugin.examples.map(({ summary, config }) => [plugin.name, summary, config] as const),
    ),
  )('%s, example "%s": runs', (name, _, config) => {
    expect(() => serving({ plugins: [{ name, config }] })).not.toThrow()
  })

  it('knows no plugin that is not there', () => {
    expect(catalog.parse('nope', {})).toBeUndefined()
    expect(catalog.never('nope')).toEqual([])
  })

  it('names the field and the rule that a configuration breaks', () => {
    expect(catalog.parse('key-auth', { key_names: 'x', nope: 1 })).toEqual({
      ok: false,
      fields: { key_names: 'expected an array', nope: 'unknown field' },
    })
  })

  it('takes old field names as those of today, which win when both are given', () => {
    const limiting = plugins.find(({ name }) => name === 'rate-limiting')
    if (!limiting) throw new Error('no rate-limiting')
    const parsed = parseConfig(limiting, {
      minute: 1,
      redis_host: 'old',
      redis_port: 1,
      redis: { port: 2 },
    })
    expect(parsed).toMatchObject({ ok: true, row: { redis: { host: 'old', port: 2 } } })
  })
})
