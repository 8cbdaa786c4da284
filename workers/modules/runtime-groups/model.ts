import { sql } from 'drizzle-orm'
import { index, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { JWK } from 'jose'

/** Address at which a group's runtimes can be reached, for people to read. */
export interface ProxyUrl {
  host: string
  port: number
  protocol: string
}

export interface GroupSettings {
  proxy_urls: ProxyUrl[]
  /** What a client of Konnect asked for. Answered back; runtimes here show tokens. */
  auth_type: 'pinned_client_certs' | 'pki_client_certs'
}

/** An isolated configuration and the runtimes that serve it. Times are RFC 3339. */
export const runtimeGroups = sqliteTable(
  'runtime_groups',
  {
    id: text('id').primaryKey(),
    organization_id: text('organization_id').notNull(),
    name: text('name').notNull(),
    description: text('description'),
    labels: text('labels', { mode: 'json' }).$type<Record<string, string>>().notNull(),
    settings: text('settings', { mode: 'json' }).$type<GroupSettings>().notNull(),
    /** Key of engine/seal.ts for the group's secrets, encrypted: see `sealingKeyOf`. */
    sealing_key: text('sealing_key').notNull(),
    created_at: text('created_at').notNull(),
    updated_at: text('updated_at').notNull(),
  },
  (table) => [uniqueIndex('runtime_groups_name').on(table.organization_id, table.name)],
)

/** A runtime that registered. What it runs is known to the group's Durable Object. */
export const nodes = sqliteTable(
  'nodes',
  {
    id: text('id').primaryKey(),
    group_id: text('group_id')
      .notNull()
      .references(() => runtimeGroups.id),
    hostname: text('hostname').notNull(),
    host: text('host', { enum: ['worker', 'node'] }).notNull(),
    version: text('version').notNull(),
    /** Of the secret in its bearer token: see tokens.ts. */
    token_digest: text('token_digest').notNull(),
    created_at: text('created_at').notNull(),
    registered_at: text('registered_at').notNull(),
  },
  (table) => [index('nodes_group').on(table.group_id, table.created_at, table.id)],
)

/** A secret that lets runtimes register with a group. */
export const registrationTokens = sqliteTable(
  'registration_tokens',
  {
    id: text('id').primaryKey(),
    group_id: text('group_id')
      .notNull()
      .references(() => runtimeGroups.id),
    name: text('name').notNull(),
    digest: text('digest').notNull(),
    created_by: text('created_by').notNull(),
    created_at: text('created_at').notNull(),
    expires_at: text('expires_at'),
    last_used_at: text('last_used_at'),
  },
  (table) => [index('registration_tokens_group').on(table.group_id, table.created_at, table.id)],
)

/** The Ed25519 keys that sign an organization's manifests: one in use, one that follows it. */
export const signingKeys = sqliteTable(
  'signing_keys',
  {
    kid: text('kid').primaryKey(),
    organization_id: text('organization_id').notNull(),
    state: text('state', { enum: ['current', 'next', 'retired'] }).notNull(),
    public_jwk: text('public_jwk', { mode: 'json' }).$type<JWK>().notNull(),
    /** Encrypted: see keys.ts. */
    private_jwk: text('private_jwk').notNull(),
    created_at: text('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('signing_keys_state')
      .on(table.organization_id, table.state)
      .where(sql`${table.state} <> 'retired'`),
  ],
)

export type RuntimeGroupRow = typeof runtimeGroups.$inferSelect
export type NodeRow = typeof nodes.$inferSelect
export type RegistrationTokenRow = typeof registrationTokens.$inferSelect
