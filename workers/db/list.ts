import { and, asc, desc, eq, gt, lt, or, type SQL, sql } from 'drizzle-orm'
import { fromBase64Url, toBase64Url } from '#engine/seal'
import type { EntityKind } from '#model/kit'
import { metaOf } from '#model/kit'
import { Problem } from '../api/problem.ts'
import { type Column, columnsOf } from './columns.ts'
import { columnAt, isWithin, type Place, type Within } from './lookup.ts'
import { decodeRow, type Entity } from './row.ts'
import { type EntityTable, tableOf } from './table.ts'

export interface ListQuery {
  /** 1 to 1000. */
  size?: number
  /** Where the page before ended: opaque. */
  offset?: string
  tags?: TagFilter
  /** Text that some field contains, in any case. */
  search?: string
  /** A field; with `-` before it from high to low. */
  sort?: string
  within?: Within
  /** Fields that must have exactly these values. */
  equal?: Record<string, string>
  /** Fields that must not have exactly these values. */
  without?: Record<string, string | number>
}

export interface TagFilter {
  tags: string[]
  /** `all`: entities with every tag. `any`: with at least one. */
  match: 'all' | 'any'
}

export interface Page {
  data: Entity[]
  /** Of the next page; undefined on the last. */
  offset: string | undefined
}

export const DEFAULT_SIZE = 100

/** One page of a collection, by id unless another order is asked for. */
export const listEntities = async (
  { db, env, group_id }: Place,
  kind: EntityKind,
  query: ListQuery,
): Promise<Page> => {
  const table = tableOf(kind)
  const size = query.size ?? DEFAULT_SIZE
  const order = orderOf(kind, table, query.sort)
  const rows = await db
    .select()
    .from(table)
    .where(
      and(
        eq(columnAt(table, 'group_id'), group_id),
        isWithin(table, query.within),
        hasTags(table, query.tags),
        contains(kind, table, query.search),
        ...Object.entries(query.equal ?? {}).map(([field, value]) =>
          eq(columnAt(table, field), value),
        ),
        ...Object.entries(query.without ?? {}).map(
          ([field, value]) => sql`${columnAt(table, field)} is not ${value}`,
        ),
        query.offset === undefined ? undefined : order.after(query.offset),
      ),
    )
    .orderBy(...order.by)
    .limit(size + 1)
  const page = rows.slice(0, size)
  const last = page[page.length - 1]
  return {
    data: await Promise.all(page.map((row) => decodeRow(env, kind, row))),
    offset: rows.length > size && last ? order.offsetOf(last) : undefined,
  }
}

interface Order {
  by: SQL[]
  after(offset: string): SQL | undefined
  offsetOf(row: Record<string, unknown>): string
}

const orderOf = (kind: EntityKind, table: EntityTable, sort: string | undefined): Order => {
  const id = columnAt(table, 'id')
  if (sort === undefined || sort === '') {
    return {
      by: [asc(id)],
      after: (offset) => gt(id, positionOf(offset, 1)[0]),
      offsetOf: (row) => offsetOf([row.id]),
    }
  }
  const descending = sort.startsWith('-')
  const column = sortable(kind, descending ? sort.slice(1) : sort)
  const value = sql`coalesce(${columnAt(table, column.name)}, ${column.number ? 0 : ''})`
  const beyond = descending ? lt : gt
  const direction = descending ? desc : asc
  return {
    by: [direction(value), direction(id)],
    after: (offset) => {
      const [at, atId] = positionOf(offset, 2)
      return or(beyond(value, at), and(eq(value, at), beyond(id, atId)))
    },
    offsetOf: (row) => offsetOf([row[column.name] ?? (column.number ? 0 : ''), row.id]),
  }
}

const sortable = (kind: EntityKind, field: string): { name: string; number: boolean } => {
  if (field === 'id') return { name: 'id', number: false }
  if (field === 'created_at' || (field === 'updated_at' && kind.updatedAt !== false)) {
    return { name: field, number: true }
  }
  const column = columnsOf(kind).find((one) => one.field === field)
  if (!column || column.type === 'json' || column.type === 'secret') {
    throw new Problem(
      'invalid_options',
      `invalid option (sort: cannot sort by '${field}')`,
      undefined,
      {
        options: { sort: `cannot sort by '${field}'` },
      },
    )
  }
  return { name: column.name, number: column.type !== 'text' && column.type !== 'reference' }
}

const hasTags = (table: EntityTable, filter: TagFilter | undefined): SQL | undefined => {
  if (!filter) return undefined
  // One parameter however many tags are asked for: D1 takes a hundred.
  const wanted = sql`json_each(${JSON.stringify(filter.tags)}) as wanted`
  const own = sql`(select tag.value from json_each(${columnAt(table, 'tags')}) as tag)`
  return filter.match === 'all'
    ? sql`not exists (select 1 from ${wanted} where wanted.value not in ${own})`
    : sql`exists (select 1 from ${wanted} where wanted.value in ${own})`
}

const contains = (
  kind: EntityKind,
  table: EntityTable,
  search: string | undefined,
): SQL | undefined => {
  if (search === undefined || search === '') return undefined
  const text = search.toLowerCase()
  const columns = [
    columnAt(table, 'id'),
    ...searchable(kind).map(({ name }) => columnAt(table, name)),
  ]
  return or(...columns.map((column) => sql`instr(lower(${column}), ${text}) > 0`))
}

/** Texts and lists of texts that people look for; not certificates, and never a secret. */
const searchable = (kind: EntityKind): Column[] =>
  columnsOf(kind).filter(({ field, type }) => {
    const schema = kind.fields[field]
    if (type === 'text') return schema !== undefined && metaOf(schema).widget !== 'textarea'
    return type === 'json' && LISTS.has(field)
  })

const LISTS = new Set(['tags', 'hosts', 'paths', 'methods', 'snis'])

const offsetOf = (position: unknown[]): string =>
  toBase64Url(new TextEncoder().encode(JSON.stringify(position)))

const positionOf = (offset: string, length: number): (string | number)[] => {
  try {
    const position: unknown = JSON.parse(new TextDecoder().decode(fromBase64Url(offset)))
    if (
      Array.isArray(position) &&
      position.length === length &&
      position.every((value) => typeof value === 'string' || typeof value === 'number')
    ) {
      return position
    }
  } catch {
    // Told below: whatever is wrong with it, it is not one of ours.
  }
  throw new Problem('invalid_offset', `'${offset}' is not a valid offset: bad json encoding`)
}
