import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Actor, AuditTarget } from '../api/context.ts'
import type { Database, Statement } from './database.ts'

/** Who did what to what. Rows are only ever added, each in the batch of the change that it tells of. */
export const auditEntries = sqliteTable(
  'audit_entries',
  {
    /** Sorts by time: milliseconds, then chance. */
    id: text().primaryKey(),
    organization_id: text().notNull(),
    group_id: text(),
    actor_kind: text().notNull(),
    actor_id: text().notNull(),
    actor_name: text().notNull(),
    action: text().notNull(),
    target_kind: text().notNull(),
    target_id: text().notNull(),
    target_name: text(),
    detail: text({ mode: 'json' }),
    /** RFC 3339. */
    at: text().notNull(),
  },
  (table) => [
    index('audit_entries_organization_index').on(table.organization_id, table.id),
    index('audit_entries_group_index').on(table.group_id, table.id),
  ],
)

export type AuditEntry = typeof auditEntries.$inferSelect

/** The entry of one change. */
export const auditEntry = (
  { db, actor, now }: { db: Database; actor: Actor; now(): number },
  action: string,
  target: AuditTarget,
  detail?: unknown,
): Statement => {
  const at = now()
  return db.insert(auditEntries).values({
    id: sortableId(at),
    organization_id: actor.organization_id,
    group_id: target.group_id ?? null,
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_name: actor.name,
    action,
    target_kind: target.kind,
    target_id: target.id,
    target_name: target.name ?? null,
    detail: detail ?? null,
    at: new Date(at).toISOString(),
  })
}

let last = 0
let count = 0

/** UUID of version 7 (RFC 9562, a counter within the millisecond): ids made later sort later. */
export const sortableId = (now: number): string => {
  count = now > last ? 0 : count + 1
  last = Math.max(now, last)
  if (count > 0xfff) {
    last += 1
    count = 0
  }
  const time = last.toString(16).padStart(12, '0')
  const place = count.toString(16).padStart(3, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${place}${crypto.randomUUID().slice(18)}`
}
