import { getTableConfig } from 'drizzle-orm/sqlite-core'
import { describe, expect, it } from 'vitest'
import { kindByName, kinds } from '#model/index'
import type { EntityKind } from '#model/kit'
import { columnsOf } from '#workers/db/columns'
import * as schema from '#workers/db/schema'
import { tableOf } from '#workers/db/table'

const kind = (name: string) => kindByName.get(name) as EntityKind
const column = (of: string, field: string) =>
  columnsOf(kind(of)).find((column) => column.field === field)

describe('columns', () => {
  it.each([
    ['service', 'host', 'text', true],
    ['service', 'port', 'integer', false],
    ['service', 'enabled', 'boolean', false],
    ['service', 'tags', 'json', false],
    ['service', 'protocol', 'text', false],
    ['service', 'client_certificate', 'reference', false],
    ['route', 'https_redirect_status_code', 'integer', false],
    ['route', 'regex_priority', 'integer', false],
    ['upstream', 'healthchecks', 'json', false],
    ['target', 'target', 'text', true],
    ['keyauth_credential', 'key', 'secret', false],
    ['keyauth_credential', 'consumer', 'reference', true],
    ['certificate', 'key', 'secret', true],
    ['plugin', 'config', 'json', false],
  ])('%s.%s is %s', (of, field, type, required) => {
    expect(column(of, field)).toMatchObject({ type, required })
  })

  it('added later mean their default in old rows, unless they may be null', () => {
    expect(column('service', 'enabled')?.otherwise).toBe(true)
    expect(column('service', 'retries')?.otherwise).toBeNull()
  })
})

describe('tables', () => {
  it('are in the schema that migrations are written from, one for each kind', () => {
    const exported: unknown[] = Object.values(schema)
    for (const kind of kinds)
      expect([kind.plural, exported.includes(tableOf(kind))]).toEqual([kind.plural, true])
  })

  it.each(kinds.map((kind) => [kind.plural, kind] as const))(
    '%s: ids, names and references hold within a group, and nothing cascades by itself',
    (_, kind) => {
      const { primaryKeys, foreignKeys, indexes } = getTableConfig(tableOf(kind))
      expect(primaryKeys.map(({ columns }) => columns.map(({ name }) => name))).toEqual([
        ['group_id', 'id'],
      ])
      for (const key of foreignKeys) {
        const { columns, foreignColumns } = key.reference()
        expect(columns[0]?.name).toBe('group_id')
        if (columns.length > 1)
          expect(foreignColumns.map(({ name }) => name)).toEqual(['group_id', 'id'])
        expect(['no action', undefined]).toContain(key.onDelete)
      }
      const unique = columnsOf(kind).filter(({ unique }) => unique).length
      const together = kind.uniqueTogether ? 1 : 0
      expect(indexes.filter(({ config }) => config.unique)).toHaveLength(unique + together)
    },
  )
})
