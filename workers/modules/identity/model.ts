import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

export const ROLES = ['owner', 'admin', 'viewer'] as const

/** The tenant: owns groups, people and a licence. Times are RFC 3339. */
export const organizations = sqliteTable('organizations', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  created_at: text('created_at').notNull(),
})

const created_at = integer('created_at', { mode: 'timestamp_ms' }).notNull()
const updated_at = integer('updated_at', { mode: 'timestamp_ms' }).notNull()

/*
 * The next four are better-auth's: their columns are what it needs under our names, and it reads and writes times as
 * dates.
 */

/** A person of an organization. */
export const users = sqliteTable(
  'users',
  {
    id: text('id').primaryKey(),
    organization_id: text('organization_id')
      .notNull()
      .references(() => organizations.id),
    name: text('name').notNull(),
    /** In lower case. */
    email: text('email').notNull(),
    email_verified: integer('email_verified', { mode: 'boolean' }).notNull(),
    image: text('image'),
    role: text('role', { enum: ROLES }).notNull(),
    created_at,
    updated_at,
  },
  (table) => [
    uniqueIndex('users_email').on(table.email),
    index('users_organization').on(table.organization_id),
  ],
)

/** A way for a person to sign in: `credential` is email and password. */
export const accounts = sqliteTable(
  'accounts',
  {
    id: text('id').primaryKey(),
    user_id: text('user_id')
      .notNull()
      .references(() => users.id),
    provider_id: text('provider_id').notNull(),
    account_id: text('account_id').notNull(),
    /** See passwords.ts. */
    password: text('password'),
    access_token: text('access_token'),
    refresh_token: text('refresh_token'),
    id_token: text('id_token'),
    access_token_expires_at: integer('access_token_expires_at', { mode: 'timestamp_ms' }),
    refresh_token_expires_at: integer('refresh_token_expires_at', { mode: 'timestamp_ms' }),
    scope: text('scope'),
    created_at,
    updated_at,
  },
  (table) => [
    index('accounts_user').on(table.user_id),
    uniqueIndex('accounts_provider').on(table.provider_id, table.account_id),
  ],
)

/** A browser that is signed in. The cookie holds the token and a signature that only we can make. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    user_id: text('user_id')
      .notNull()
      .references(() => users.id),
    token: text('token').notNull(),
    ip_address: text('ip_address'),
    user_agent: text('user_agent'),
    expires_at: integer('expires_at', { mode: 'timestamp_ms' }).notNull(),
    created_at,
    updated_at,
  },
  (table) => [
    uniqueIndex('sessions_token').on(table.token),
    index('sessions_user').on(table.user_id),
  ],
)

/** Something that a person proves by sending a value back: better-auth keeps resets of passwords here. */
export const verifications = sqliteTable(
  'verifications',
  {
    id: text('id').primaryKey(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    expires_at: integer('expires_at', { mode: 'timestamp_ms' }).notNull(),
    created_at,
    updated_at,
  },
  (table) => [index('verifications_identifier').on(table.identifier)],
)

/** A token for the API. It acts for the person who made it, with no more than its own role. Times are RFC 3339. */
export const tokens = sqliteTable(
  'tokens',
  {
    id: text('id').primaryKey(),
    organization_id: text('organization_id')
      .notNull()
      .references(() => organizations.id),
    user_id: text('user_id')
      .notNull()
      .references(() => users.id),
    name: text('name').notNull(),
    role: text('role', { enum: ROLES }).notNull(),
    /** `digestSecret` of the whole token: the token itself is shown once and kept nowhere. */
    digest: text('digest').notNull(),
    created_at: text('created_at').notNull(),
    /** Null for one that does not expire. */
    expires_at: text('expires_at'),
    last_used_at: text('last_used_at'),
  },
  (table) => [
    uniqueIndex('tokens_digest').on(table.digest),
    index('tokens_organization').on(table.organization_id, table.id),
    index('tokens_user').on(table.user_id, table.id),
  ],
)

/** Sign-ins that have not succeeded, counted by what they have in common until the count starts anew. */
export const signInAttempts = sqliteTable(
  'sign_in_attempts',
  {
    /** Digest of what is counted: an email, an address, or both. */
    key: text('key').primaryKey(),
    count: integer('count').notNull(),
    /** Epoch milliseconds. */
    resets_at: integer('resets_at').notNull(),
  },
  (table) => [index('sign_in_attempts_resets').on(table.resets_at)],
)

export type OrganizationRow = typeof organizations.$inferSelect
export type UserRow = typeof users.$inferSelect
export type TokenRow = typeof tokens.$inferSelect
