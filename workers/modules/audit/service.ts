import { and, desc, eq, lt } from 'drizzle-orm'
import type { Context } from '#workers/api/context'
import { type AuditEntry, auditEntries } from '#workers/db/audit'

export interface AuditQuery {
  /** Only what happened in this group. */
  group_id?: string
  /** Where the page before ended. */
  cursor?: string
  size: number
}

/** The newest entries of the actor's organization, a page at a time. */
export const listAudit = async (
  { db, actor }: Pick<Context, 'db' | 'actor'>,
  { group_id, cursor, size }: AuditQuery,
): Promise<{ data: AuditEntry[]; next_cursor: string | null }> => {
  const rows = await db
    .select()
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.organization_id, actor.organization_id),
        group_id === undefined ? undefined : eq(auditEntries.group_id, group_id),
        cursor === undefined ? undefined : lt(auditEntries.id, cursor),
      ),
    )
    .orderBy(desc(auditEntries.id))
    .limit(size + 1)
  const data = rows.slice(0, size)
  return { data, next_cursor: rows.length > size ? (data[data.length - 1]?.id ?? null) : null }
}
