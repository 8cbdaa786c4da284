import { sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** What an organization is entitled to; null means without limit. */
export interface Entitlements {
  runtime_groups: number | null
  runtimes: number | null
}

/** What an organization may use. One for each organization; times are RFC 3339. */
export const licences = sqliteTable(
  'licences',
  {
    id: text('id').primaryKey(),
    organization_id: text('organization_id').notNull(),
    plan: text('plan').notNull(),
    entitlements: text('entitlements', { mode: 'json' }).$type<Entitlements>().notNull(),
    issued_at: text('issued_at').notNull(),
    /** Null for a licence that does not end. */
    expires_at: text('expires_at'),
  },
  (table) => [uniqueIndex('licences_organization').on(table.organization_id)],
)

export type LicenceRow = typeof licences.$inferSelect
