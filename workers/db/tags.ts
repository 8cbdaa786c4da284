import { sql } from 'drizzle-orm'
import { fromBase64Url, toBase64Url } from '#engine/seal'
import { kinds } from '#model/index'
import { Problem } from '../api/problem.ts'
import type { Place } from './lookup.ts'
import { tableOf } from './table.ts'

export interface Tagged {
  entity_name: string
  entity_id: string
  tag: string
}

/** Where a page ended: the kind's place in the list, the entity, and the tag's place in it. */
type Position = [kind: number, id: string, tag: number]

const START: Position = [0, '', -1]

/** Which entities carry which tags (or the one tag), a page at a time. */
export const listTags = async (
  { db, group_id }: Place,
  { size, offset, tag }: { size: number; offset?: string; tag?: string },
): Promise<{ data: Tagged[]; offset: string | undefined }> => {
  const [from, fromId, fromTag] = offset === undefined ? START : positionOf(offset)
  const found: (Tagged & { at: Position })[] = []
  const tagged = kinds.filter(({ fields }) => 'tags' in fields)
  for (let index = from; index < tagged.length && found.length <= size; index++) {
    const kind = tagged[index]
    if (!kind) break
    const after = index === from ? sql`and (owner.id, label.key) > (${fromId}, ${fromTag})` : sql``
    const only = tag === undefined ? sql`` : sql`and label.value = ${tag}`
    const rows = await db.all<{ id: string; place: number; tag: string }>(
      sql`select owner.id as id, label.key as place, label.value as tag from ${tableOf(kind)} as owner, json_each(owner.tags) as label where owner.group_id = ${group_id} ${after} ${only} order by owner.id, label.key limit ${size + 1 - found.length}`,
    )
    for (const row of rows) {
      found.push({
        entity_name: kind.plural,
        entity_id: row.id,
        tag: row.tag,
        at: [index, row.id, row.place],
      })
    }
  }
  const page = found.slice(0, size)
  const last = page[page.length - 1]
  return {
    data: page.map(({ at: _, ...row }) => row),
    offset: found.length > size && last ? offsetOf(last.at) : undefined,
  }
}

const offsetOf = (position: Position): string =>
  toBase64Url(new TextEncoder().encode(JSON.stringify(position)))

const positionOf = (offset: string): Position => {
  try {
    const position: unknown = JSON.parse(new TextDecoder().decode(fromBase64Url(offset)))
    if (Array.isArray(position) && position.length === 3) {
      const [kind, id, tag] = position
      if (typeof kind === 'number' && typeof id === 'string' && typeof tag === 'number') {
        return [kind, id, tag]
      }
    }
  } catch {
    // Told below: whatever is wrong with it, it is not one of ours.
  }
  throw new Problem('invalid_offset', `'${offset}' is not a valid offset: bad json encoding`)
}
