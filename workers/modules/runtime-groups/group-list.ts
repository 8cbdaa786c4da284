import { and, asc, desc, eq, inArray, ne, type SQL, sql } from 'drizzle-orm'
import type { Context } from '#workers/api/context'
import type { GroupQuery } from './group-shapes.ts'
import { type RuntimeGroupRow, runtimeGroups } from './model.ts'

/** A page of the organization's groups, and how many there are on all pages. */
export const listGroups = async (
  { actor, db }: Pick<Context, 'actor' | 'db'>,
  query: GroupQuery,
): Promise<{ rows: RuntimeGroupRow[]; total: number }> => {
  const where = and(
    eq(runtimeGroups.organization_id, actor.organization_id),
    ...nameFilters(query),
    ...labelFilters(query.labels),
  )
  const size = query['page[size]']
  const [field = 'created_at', direction] = query.sort.split(' ') as [
    'name' | 'created_at' | 'id',
    'desc' | undefined,
  ]
  const order = direction === 'desc' ? desc : asc
  const [rows, total] = await Promise.all([
    db
      .select()
      .from(runtimeGroups)
      .where(where)
      .orderBy(order(runtimeGroups[field]), order(runtimeGroups.id))
      .limit(size)
      .offset((query['page[number]'] - 1) * size),
    db.$count(runtimeGroups, where),
  ])
  return { rows, total }
}

const nameFilters = (query: GroupQuery): (SQL | undefined)[] => {
  const is = query['filter[name][eq]'] ?? query['filter[name]']
  const isNot = query['filter[name][neq]']
  const contains = query['filter[name][contains]']
  const id = query['filter[id][eq]']
  const ids = query['filter[id][oeq]']
  return [
    is === undefined ? undefined : eq(runtimeGroups.name, is),
    isNot === undefined ? undefined : ne(runtimeGroups.name, isNot),
    // Not LIKE: its patterns are at most 50 bytes in D1.
    contains === undefined
      ? undefined
      : sql`instr(lower(${runtimeGroups.name}), lower(${contains})) > 0`,
    id === undefined ? undefined : eq(runtimeGroups.id, id),
    ids === undefined ? undefined : inArray(runtimeGroups.id, ids.split(',').slice(0, 50)),
  ]
}

const labelFilters = (labels: string | undefined): SQL[] =>
  (labels ?? '')
    .split(',')
    .filter((label) => label !== '')
    .slice(0, 20)
    .map((label) => {
      const colon = label.indexOf(':')
      const key = colon < 0 ? label : label.slice(0, colon)
      const value = colon < 0 ? undefined : label.slice(colon + 1)
      const found = sql`select 1 from json_each(${runtimeGroups.labels}) where key = ${key}`
      return value === undefined
        ? sql`exists (${found})`
        : sql`exists (${found} and lower(value) = lower(${value}))`
    })
