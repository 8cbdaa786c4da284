import { sql } from 'drizzle-orm'
import {
  type AnySQLiteColumn,
  foreignKey,
  index,
  integer,
  primaryKey,
  real,
  type SQLiteColumnBuilderBase,
  type SQLiteTable,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'
import { kindByName, kinds } from '#model/index'
import type { EntityKind } from '#model/kit'
import { runtimeGroups } from '../modules/runtime-groups/model.ts'
import { type Column, columnsOf } from './columns.ts'

/** A table whose columns are known by name only. */
export type EntityTable = SQLiteTable & Record<string, AnySQLiteColumn>

/**
 * The table of an entity kind. Rows belong to a group: the same id may stand in two groups, and a reference can only
 * point within its own. Nothing is deleted by the database on its own account: cascades are statements of a batch.
 */
export const tableOf = (kind: EntityKind): EntityTable => {
  const made = tables.get(kind.name)
  if (made) return made
  const columns = columnsOf(kind)
  const builders: Record<string, SQLiteColumnBuilderBase> = {
    group_id: text()
      .notNull()
      .references(() => runtimeGroups.id),
    id: text().notNull(),
  }
  for (const column of columns) {
    builders[column.name] = builderOf(column)
    if (column.type === 'secret') builders[`${column.name}_digest`] = text()
  }
  builders.created_at = integer().notNull()
  if (kind.updatedAt !== false) builders.updated_at = integer().notNull()

  const table = sqliteTable(kind.plural, builders, (self) => {
    const own = self as unknown as Record<string, AnySQLiteColumn>
    const at = (name: string) => own[name] as AnySQLiteColumn
    const { plural } = kind
    const constraints = [
      ...columns
        .filter(({ unique }) => unique)
        .map((column) => {
          const name = column.type === 'secret' ? `${column.name}_digest` : column.name
          return uniqueIndex(`${plural}_${column.field}_unique`).on(at('group_id'), at(name))
        }),
      ...columns
        .filter(({ type }) => type === 'reference')
        .flatMap((column) => [
          index(`${plural}_${column.field}_index`).on(at('group_id'), at(column.name)),
          foreignKey(() => {
            const target = tableOf(kindByName.get(column.references ?? '') as EntityKind)
            return {
              columns: [at('group_id'), at(column.name)],
              foreignColumns: [target.group_id as AnySQLiteColumn, target.id as AnySQLiteColumn],
            }
          }),
        ]),
    ]
    const together = kind.uniqueTogether?.flatMap((field) => {
      const column = columns.find((one) => one.field === field)
      return column ? [column.required ? at(column.name) : orEmpty(at(column.name))] : []
    })
    return [
      primaryKey({ columns: [at('group_id'), at('id')] }),
      ...constraints,
      ...(together
        ? [uniqueIndex(`${plural}_together_unique`).on(at('group_id'), ...together)]
        : []),
    ]
  }) as unknown as EntityTable
  tables.set(kind.name, table)
  return table
}

/** Two nulls are alike here, and SQLite says they are not. Without a comma: drizzle-kit splits expressions at it. */
const orEmpty = (column: AnySQLiteColumn) =>
  sql`case when ${column} is null then '' else ${column} end`

const tables = new Map<string, EntityTable>()

const builderOf = ({ type, required }: Column): SQLiteColumnBuilderBase => {
  const builder =
    type === 'integer' || type === 'boolean' ? integer() : type === 'real' ? real() : text()
  return required ? builder.notNull() : builder
}

/** Tables of all kinds, by name: drizzle-kit and the schema list read them. */
export const entityTables: Record<string, EntityTable> = Object.fromEntries(
  kinds.map((kind) => [kind.plural, tableOf(kind)]),
)
