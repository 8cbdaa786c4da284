import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * Every change of gateway configuration, in order. The group's RuntimeGroup publishes what lies above the sequence that
 * it published last. Secrets are masked in `before` and `after`.
 */
export const configChanges = sqliteTable(
  'config_changes',
  {
    sequence: integer().primaryKey({ autoIncrement: true }),
    group_id: text().notNull(),
    actor: text().notNull(),
    /** The plural. */
    kind: text().notNull(),
    entity_id: text().notNull(),
    action: text({ enum: ['create', 'update', 'delete'] }).notNull(),
    before: text({ mode: 'json' }),
    after: text({ mode: 'json' }),
    /** RFC 3339. */
    at: text().notNull(),
  },
  (table) => [index('config_changes_group_index').on(table.group_id, table.sequence)],
)
