import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** One entity of a snapshot. `kind` is the plural: `services`. Fields that are null are left out. */
export interface SnapshotEntity {
  kind: string
  entity: { id: string } & Record<string, unknown>
}

/** Hash of each entity by `kind/id`: all that is needed to compute the root and to tell what changed. */
export type EntityHashes = Map<string, string>

export const BUCKETS = 256

/** JSON of a value in the one form that hashes and signatures are made over (RFC 8785). */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
    return `{${members.join(',')}}`
  }
  return JSON.stringify(value)
}

export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)))

/** What a runtime gets of a secret that is only compared. */
export const digest = (secret: string): string => `sha256:${sha256Hex(secret)}`

/** Name of an entity within a snapshot. */
export const nameOf = ({ kind, entity }: SnapshotEntity): string => `${kind}/${entity.id}`

export const hashEntity = ({ entity }: SnapshotEntity): string => sha256Hex(canonicalJson(entity))

/** The bucket of an entity: the first byte of SHA-256 of `kind/id`. */
export const bucketOf = (name: string): number => sha256(utf8ToBytes(name))[0] as number

/**
 * The hash of each bucket: SHA-256 over its lines `kind/id hash`, sorted, each ended by a line feed. An empty bucket is
 * the hash of nothing.
 */
export const hashBuckets = (hashes: EntityHashes): string[] => {
  const lines: string[][] = Array.from({ length: BUCKETS }, () => [])
  for (const [name, hash] of hashes) (lines[bucketOf(name)] as string[]).push(`${name} ${hash}\n`)
  return lines.map((bucket) => sha256Hex(bucket.sort().join('')))
}

/** The root of a snapshot: SHA-256 over its 256 bucket hashes, in order, as hexadecimal text. */
export const rootOf = (buckets: string[]): string => sha256Hex(buckets.join(''))

export const hashAll = (entities: Iterable<SnapshotEntity>): EntityHashes => {
  const hashes: EntityHashes = new Map()
  for (const item of entities) hashes.set(nameOf(item), hashEntity(item))
  return hashes
}
