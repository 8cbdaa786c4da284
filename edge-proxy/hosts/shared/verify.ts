import type { Applied } from '#engine/gateway'
import { type Manifest, ManifestRefused, type Trust, verifyManifest } from '#engine/manifest'
import type { EntityProblem, SnapshotAnswer } from '#engine/protocol'
import type { Sealer } from '#engine/seal'
import { nameOf, type SnapshotEntity } from '#engine/snapshot'
import type { Candidate } from './candidate.ts'
import { type Content, changedContent, wholeContent } from './content.ts'
import { ConfigurationRefused } from './refusal.ts'
import { openSecrets } from './secrets.ts'

/** A version that proved itself. */
export interface Verified {
  jws: string
  manifest: Manifest
  content: Content
  /** The entities with their secrets open, by `kind/id`. Never stored. */
  opened: ReadonlyMap<string, SnapshotEntity>
}

/** Opens a manifest. Throws ConfigurationRefused with the reason. */
export const checkManifest = async (jws: string, trust: Trust, now: number): Promise<Manifest> => {
  try {
    return await verifyManifest(jws, trust, now)
  } catch (error) {
    if (error instanceof ManifestRefused) throw new ConfigurationRefused(error.message)
    throw error
  }
}

/** The content that an answer stands for: a change of `base`, or all of it. */
export const contentFrom = (answer: SnapshotAnswer, base: Content | undefined): Content => {
  if (answer.base === null) return wholeContent(answer.entities)
  if (base?.root === answer.base) return changedContent(base, answer)
  throw new ConfigurationRefused(`snapshot is a change of ${answer.base}, which this runtime lacks`)
}

/** Holds a content against the root that was signed. */
export const checkRoot = (content: Content, manifest: Manifest): void => {
  if (content.root !== manifest.root) {
    throw new ConfigurationRefused(
      `content of version ${manifest.version} hashes to ${content.root}, its manifest says ${manifest.root}`,
    )
  }
}

/** Opens what is sealed; of a change only what changed. */
export const openContent = async (
  content: Content,
  before: Verified | undefined,
  sealer: Sealer,
): Promise<Map<string, SnapshotEntity>> => {
  const changed: SnapshotEntity[] = []
  const opened = new Map<string, SnapshotEntity>()
  for (const [name, item] of content.entities) {
    const known = before?.content.entities.get(name) === item ? before.opened.get(name) : undefined
    if (known) opened.set(name, known)
    else changed.push(item)
  }
  for (const [name, item] of await openSecrets(changed, sealer)) opened.set(name, item)
  return opened
}

/** The form in which a verified version goes to the gateway: whole, and as a change when it came as one. */
export const candidateOf = (verified: Verified, before: Verified | undefined): Candidate => {
  const { manifest, opened } = verified
  const entities = [...opened.values()]
  return {
    version: manifest.version,
    root: manifest.root,
    entities,
    change: before && {
      base: before.content.root,
      put: entities.filter((item) => before.opened.get(nameOf(item)) !== item),
      removed: [...before.opened.keys()].filter((name) => !opened.has(name)),
    },
  }
}

/** Throws ConfigurationRefused when the gateway would not take it. */
export const checkApplied = (applied: Applied, version: number): EntityProblem[] => {
  if (applied.ok) return applied.warnings
  const { problems } = applied
  const first = problems[0]
  const example = first ? `: ${first.kind} ${first.id}: ${first.message}` : ''
  const count = problems.length === 1 ? '1 entity' : `${problems.length} entities`
  throw new ConfigurationRefused(
    `version ${version} does not compile (${count}${example})`,
    problems,
  )
}
