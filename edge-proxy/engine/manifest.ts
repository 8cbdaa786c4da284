import { CompactSign, compactVerify, importJWK, type JWK } from 'jose'
import { canonicalJson } from './snapshot.ts'

/** The signed statement that names a version of a group and the root of its snapshot. */
export interface Manifest {
  v: 1
  organization: string
  group: string
  version: number
  root: string
  /** Root of the version before; null for the first. */
  previous: string | null
  /** RFC 3339. */
  issued_at: string
  expires_at: string
  licence: { plan: string; expires_at: string | null }
  /** Entities by kind. */
  counts: Record<string, number>
  /** Public keys that may sign the next manifest. */
  keys: JWK[]
}

/** What a runtime holds a manifest against. */
export interface Trust {
  organization: string
  group: string
  keys: JWK[]
  /** Highest version accepted so far; 0 for none. */
  version: number
  /** Milliseconds that a manifest may be used after it expired. */
  grace: number
}

export class ManifestRefused extends Error {
  override name = 'ManifestRefused'
}

export const signManifest = async (manifest: Manifest, key: JWK): Promise<string> =>
  new CompactSign(new TextEncoder().encode(canonicalJson(manifest)))
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid as string, typ: 'tidegate-manifest+jws' })
    .sign(await importJWK(withoutAlg(key), 'EdDSA'))

/** Opens a manifest, or throws ManifestRefused with a reason that an operator can act on. */
export const verifyManifest = async (jws: string, trust: Trust, now: number): Promise<Manifest> => {
  const manifest = await opened(jws, trust.keys)
  if (manifest.v !== 1)
    throw new ManifestRefused(`manifest format ${manifest.v} is newer than this runtime`)
  if (manifest.organization !== trust.organization)
    throw new ManifestRefused('manifest is for another organization')
  if (manifest.group !== trust.group) throw new ManifestRefused('manifest is for another group')
  if (manifest.version < trust.version) {
    throw new ManifestRefused(
      `version ${manifest.version} is older than version ${trust.version}, which this runtime has`,
    )
  }
  if (Date.parse(manifest.expires_at) + trust.grace < now) {
    throw new ManifestRefused(
      `manifest of version ${manifest.version} expired at ${manifest.expires_at}`,
    )
  }
  return manifest
}

const opened = async (jws: string, keys: JWK[]): Promise<Manifest> => {
  try {
    const { payload } = await compactVerify(
      jws,
      async ({ kid }) => {
        const key = keys.find((candidate) => candidate.kid === kid)
        if (!key) throw new ManifestRefused(`manifest is signed by unknown key ${kid}`)
        return importJWK(withoutAlg(key), 'EdDSA')
      },
      { algorithms: ['EdDSA'] },
    )
    return JSON.parse(new TextDecoder().decode(payload)) as Manifest
  } catch (error) {
    if (error instanceof ManifestRefused) throw error
    throw new ManifestRefused('signature of the manifest does not verify')
  }
}

/** Runtimes disagree on the name of the algorithm in a JWK (`EdDSA`, `Ed25519`); jose is told it instead. */
const withoutAlg = ({ alg: _, ...key }: JWK): JWK => key
