import { missingValues } from '#model/declarative-values'
import { type EntityKind, metaOf } from '#model/kit'
import type { Fields } from '#model/violation'
import { catalog, plugins } from '#plugins/index'
import { Problem } from '../api/problem.ts'
import { isUuid, type Place } from './lookup.ts'
import { merge } from './merge.ts'
import { resolveReferences } from './references.ts'
import type { Entity } from './row.ts'
import { expandUrl } from './service-url.ts'

/** What a write starts from. */
export interface Write {
  /** As the client sent it. */
  sent: Record<string, unknown>
  /** What is stored, when there is something. */
  existing?: Entity
  /** Whether what is sent goes over what is stored (PATCH), or takes its place (POST, PUT). */
  partial?: boolean
  /** Fields that the URL decides: id, key, owner. They win over what is sent. */
  fixed?: Record<string, unknown>
  /** Epoch seconds. */
  now: number
}

/**
 * Turns what a client sent into the entity to store: shorthands expanded, references resolved, defaults and generated
 * values filled, every rule checked. Throws Problem with the fields at fault.
 */
export const prepare = async (
  place: Place,
  kind: EntityKind,
  { sent, existing, partial, fixed, now }: Write,
): Promise<Entity> => {
  const given = { ...(kind.name === 'service' ? expandUrl(sent) : sent), ...fixed }
  const problems = await resolveReferences(place, kind, given)
  const whole = partial && existing ? mergeEntity(kind, existing, given) : given
  const row = judge(kind, whole, problems)
  return {
    ...row,
    id: isUuid(row.id) ? row.id.toLowerCase() : (existing?.id ?? crypto.randomUUID()),
    created_at: seconds(row.created_at) ?? existing?.created_at ?? now,
    ...(kind.updatedAt === false ? {} : { updated_at: now }),
  }
}

/**
 * What a client sent, checked by every rule that needs no database: for validation without a write. References are by id.
 */
export const judgeSent = (kind: EntityKind, sent: Record<string, unknown>): void => {
  judge(kind, { ...(kind.name === 'service' ? expandUrl(sent) : sent) }, {})
}

const judge = (
  kind: EntityKind,
  whole: Record<string, unknown>,
  problems: Fields,
): Record<string, unknown> => {
  leaveToServer(kind, whole)
  const { updated_at: _, ...rest } = { ...whole, ...missingValues(kind, whole) }
  const parsed = kind.parse(rest)
  const fields: Fields = { ...(parsed.ok ? {} : parsed.fields), ...problems }
  const row: Record<string, unknown> = parsed.ok ? parsed.row : rest
  if (kind.name === 'plugin') Object.assign(fields, configure(row))
  if (!parsed.ok || Object.keys(fields).length > 0) throw new Problem('invalid', undefined, fields)
  withoutRepeats(kind, row)
  return row
}

const mergeEntity = (
  kind: EntityKind,
  existing: Entity,
  change: Record<string, unknown>,
): Record<string, unknown> => {
  const merged = merge(kind.input, existing, change) as Record<string, unknown>
  if (kind.name === 'plugin') {
    const type = plugins.find(({ name }) => name === existing.name)
    if (type) merged.config = merge(type.schema, existing.config, change.config ?? existing.config)
    if (change.config === null) merged.config = null
  }
  return merged
}

/** A null for what the server makes means: make it. */
const leaveToServer = (kind: EntityKind, row: Record<string, unknown>): void => {
  for (const [field, schema] of Object.entries(kind.fields)) {
    if (metaOf(schema).auto !== undefined && row[field] === null) delete row[field]
  }
  if (row.id === null) delete row.id
  if (kind.name === 'plugin' && Array.isArray(row.config) && row.config.length === 0) {
    row.config = {}
  }
}

/** Checks a plugin's config and scope by its own schema, and puts the complete config into the row. */
const configure = (row: Record<string, unknown>): Fields => {
  const { name } = row
  if (typeof name !== 'string' || typeof row.config !== 'object' || row.config === null) return {}
  const fields: Fields = {}
  const config = catalog.parse(name, row.config)
  if (config === undefined) {
    return { name: `plugin '${name}' not enabled; add it to the 'plugins' configuration property` }
  }
  if (config.ok) row.config = config.row
  else fields.config = config.fields
  for (const scope of catalog.never(name)) {
    if (row[scope] !== undefined && row[scope] !== null) fields[scope] = 'value must be null'
  }
  return fields
}

/** A set holds each member once. */
const withoutRepeats = (kind: EntityKind, row: Record<string, unknown>): void => {
  for (const [field, schema] of Object.entries(kind.fields)) {
    const value = row[field]
    if (Array.isArray(value) && metaOf(schema).set) {
      const members = new Map(value.map((member) => [JSON.stringify(member), member]))
      if (members.size < value.length) row[field] = [...members.values()]
    }
  }
}

const seconds = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined
