import type { Sealer } from '#engine/seal'
import { isRecord, parseEntities } from './answers.ts'
import { wholeContent } from './content.ts'
import { type Membership, storedTrustOf } from './membership.ts'
import { ConfigurationRefused } from './refusal.ts'
import { checkManifest, checkRoot, openContent, type Verified } from './verify.ts'

/** A verified version as it is stored: the signed manifest, and the content with its secrets sealed. */
export const writeStored = ({ jws, content }: Verified): string =>
  JSON.stringify({ manifest: jws, entities: [...content.entities.values()] })

/**
 * Proves a stored snapshot again: shape, signature, root. Throws ConfigurationRefused with the reason; `version` of the
 * refusal is known when the manifest still verifies.
 */
export const readStored = async (
  text: string,
  membership: Membership,
  { grace, now, secrets }: { grace: number; now: number; secrets: Sealer },
): Promise<Verified> => {
  const { manifest: jws, entities } = parsed(text)
  const manifest = await checkManifest(jws, storedTrustOf(membership, grace), now)
  try {
    const content = wholeContent(parseEntities(entities))
    checkRoot(content, manifest)
    const opened = await openContent(content, undefined, secrets)
    return { jws, manifest, content, opened }
  } catch (error) {
    throw ConfigurationRefused.from(error, manifest.version)
  }
}

const parsed = (text: string): { manifest: string; entities: unknown } => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ConfigurationRefused(`not readable as JSON (${(error as Error).message})`)
  }
  if (!isRecord(value) || typeof value.manifest !== 'string')
    throw new ConfigurationRefused('holds no manifest')
  return { manifest: value.manifest, entities: value.entities }
}
