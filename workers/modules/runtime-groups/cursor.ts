import * as z from 'zod'
import { fromBase64Url, toBase64Url } from '#engine/seal'
import { Problem } from '#workers/api/problem'

/** Where a page ended: creation time and id of its last row. */
export interface Cursor {
  created_at: string
  id: string
}

export const PageQuery = z.object({
  size: z.coerce.number().int().min(1).max(1000).default(100),
  offset: z.string().optional().meta({ description: 'Of the page before: opaque.' }),
})

export type PageQuery = z.output<typeof PageQuery>

export const pageShape = <Row extends z.ZodType>(row: Row) =>
  z.object({
    data: z.array(row),
    next: z.string().nullable().meta({ description: 'Path of the next page; null on the last.' }),
    offset: z.string().optional(),
  })

const Position = z.tuple([z.string(), z.string()])

/** Reads an `offset` of ours. Throws Problem `invalid_offset`. */
export const cursorOf = ({ offset }: PageQuery): Cursor | undefined => {
  if (offset === undefined) return undefined
  try {
    const text = new TextDecoder().decode(fromBase64Url(offset))
    const [created_at, id] = Position.parse(JSON.parse(text))
    return { created_at, id }
  } catch {
    throw new Problem('invalid_offset', `"${offset}" is not an offset of this list.`)
  }
}

/**
 * A page of a list whose rows were read with one more than asked for: the extra one tells that there is a next page.
 */
export const pageOf = <Row>(
  request: Request,
  rows: Row[],
  size: number,
  cursor: (row: Row) => Cursor,
): { data: Row[]; next: string | null; offset?: string } => {
  const data = rows.slice(0, size)
  const last = data.at(-1)
  if (rows.length <= size || last === undefined) return { data, next: null }
  const { created_at, id } = cursor(last)
  const offset = toBase64Url(new TextEncoder().encode(JSON.stringify([created_at, id])))
  const url = new URL(request.url)
  url.searchParams.set('offset', offset)
  return { data, next: url.pathname + url.search, offset }
}
