import * as z from 'zod'
import type { ConfigAnswer, Registration, SnapshotAnswer } from '#engine/protocol'
import type { SnapshotEntity } from '#engine/snapshot'

const Named = z.object({ id: z.string().min(1), name: z.string() })

const PublicKey = z.looseObject({ kty: z.string(), kid: z.string() })

export const RegistrationShape = z.object({
  node_id: z.string().min(1),
  token: z.string().min(1),
  organization: Named,
  group: Named,
  group_key: z.string().min(1),
  keys: z.array(PublicKey).min(1),
})

const Config = z.object({ version: z.int().min(0), manifest: z.string().min(1) })

/** Answers of the control plane, checked at the door. Each throws an Error that names the field and the rule. */
export const parseRegistration = (answer: unknown): Registration =>
  parse(RegistrationShape, 'registration', answer)

export const parseConfig = (answer: unknown): ConfigAnswer => parse(Config, 'config', answer)

export const parseSnapshot = (answer: unknown): SnapshotAnswer => {
  if (!isRecord(answer)) throw new Error('snapshot: expected an object')
  const { base = null, entities, removed = [] } = answer
  if (base !== null && typeof base !== 'string') throw new Error('snapshot: base: expected a root')
  if (!Array.isArray(removed) || !removed.every((name) => typeof name === 'string'))
    throw new Error('snapshot: removed: expected a list of names')
  return { base, entities: parseEntities(entities), removed }
}

/** Entities as they come over the wire or from disk. By hand, not by schema: there can be a hundred thousand. */
export const parseEntities = (value: unknown): SnapshotEntity[] => {
  if (!Array.isArray(value)) throw new Error('entities: expected a list')
  const broken = value.findIndex((item) => !isEntity(item))
  if (broken >= 0) throw new Error(`entities.${broken}: expected a kind and an entity with an id`)
  return value
}

const isEntity = (item: unknown): item is SnapshotEntity =>
  isRecord(item) &&
  typeof item.kind === 'string' &&
  isRecord(item.entity) &&
  typeof item.entity.id === 'string'

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const parse = <Shape extends z.ZodType>(
  shape: Shape,
  what: string,
  value: unknown,
): z.output<Shape> => {
  const result = shape.safeParse(value)
  if (result.success) return result.data
  const { path, message } = result.error.issues[0] ?? { path: [], message: 'not readable' }
  throw new Error(`${[what, ...path].join('.')}: ${message}`)
}
