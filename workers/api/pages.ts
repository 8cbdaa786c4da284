import type { EntityKind } from '#model/kit'
import type { ListQuery, TagFilter } from '../db/list.ts'
import { Problem } from './problem.ts'

/** Reads the query of a list: size, offset, tags, and the console's search and sort. Throws Kong's problems. */
export const listQueryOf = (kind: EntityKind, params: URLSearchParams): ListQuery => {
  const query: ListQuery = {}
  const size = params.get('size')
  if (size !== null) query.size = sizeOf(size)
  const offset = params.get('offset')
  if (offset !== null) query.offset = offset
  const tags = params.get('tags')
  if (tags !== null) query.tags = tagsOf(tags)
  const search = params.get('search')
  if (search !== null) query.search = search
  const sort = params.get('sort')
  if (sort !== null) query.sort = sort
  if (kind.name === 'consumer') {
    const equal: Record<string, string> = {}
    for (const field of ['custom_id', 'username']) {
      const value = params.get(field)
      if (value === '') throw new Problem('bad_request', `${field} must be an unempty string`)
      if (value !== null) equal[field] = value
    }
    query.equal = equal
  }
  return query
}

export const sizeOf = (text: string): number => {
  const size = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isNaN(size)) throw new Problem('invalid_size', 'size must be a number')
  if (!Number.isInteger(size) || size < 1 || size > 1000) {
    throw new Problem('invalid_size', 'size must be an integer between 1 and 1000')
  }
  return size
}

/** `a,b` is both, `a/b` is either; not mixed. */
const tagsOf = (text: string): TagFilter => {
  const refused = (rule: string) =>
    new Problem('invalid_options', `invalid option (tags: ${rule})`, undefined, {
      options: { tags: rule },
    })
  if (text === '') throw refused('cannot be null')
  const either = text.includes('/')
  const tags = text.split(either ? '/' : ',')
  if (either && (text.includes(',') || tags.some((tag) => tag === ''))) {
    throw refused('invalid filter syntax')
  }
  return { tags, match: either ? 'any' : 'all' }
}

/** The order in which Kong repeats parameters in `next`. */
const REPEATED = ['tags', 'size', 'search', 'sort', 'custom_id', 'username']

/** A page as Kong answers it: `next` is the address of the next one, `offset` its place. */
export const pageAnswer = (
  path: string,
  params: URLSearchParams,
  { data, offset }: { data: unknown[]; offset: string | undefined },
) => {
  if (offset === undefined) return { data, next: null }
  const next = [`offset=${encodeURIComponent(offset)}`]
  for (const name of REPEATED) {
    const value = params.get(name)
    if (value !== null) next.push(`${name}=${encodeURIComponent(value)}`)
  }
  return { data, next: `${path}?${next.join('&')}`, offset }
}
