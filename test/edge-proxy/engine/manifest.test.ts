import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Manifest,
  ManifestRefused,
  signManifest,
  type Trust,
  verifyManifest,
} from '#engine/manifest'

const NOW = Date.parse('2026-01-01T00:00:00Z')

const manifest: Manifest = {
  v: 1,
  organization: 'org',
  group: 'group',
  version: 7,
  root: 'r',
  previous: null,
  issued_at: '2026-01-01T00:00:00Z',
  expires_at: '2026-02-01T00:00:00Z',
  licence: { plan: 'open', expires_at: null },
  counts: {},
  keys: [],
}

const keyPair = async (kid: string): Promise<{ secret: JWK; open: JWK }> => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  return {
    secret: { ...(await exportJWK(privateKey)), kid },
    open: { ...(await exportJWK(publicKey)), kid },
  }
}

describe('a manifest', () => {
  let ours: { secret: JWK; open: JWK }
  let foreign: { secret: JWK; open: JWK }
  let trust: Trust

  beforeAll(async () => {
    ours = await keyPair('k1')
    foreign = await keyPair('k1')
    trust = { organization: 'org', group: 'group', keys: [ours.open], version: 7, grace: 0 }
  })

  const refusal = async (jws: string, change: Partial<Trust> = {}, now = NOW) => {
    const outcome = await verifyManifest(jws, { ...trust, ...change }, now).catch(
      (error: unknown) => error,
    )
    expect(outcome).toBeInstanceOf(ManifestRefused)
    return (outcome as Error).message
  }

  it('opens when a trusted key signed it', async () => {
    expect(await verifyManifest(await signManifest(manifest, ours.secret), trust, NOW)).toEqual(
      manifest,
    )
  })

  it('is refused when another key of the same name signed it', async () => {
    expect(await refusal(await signManifest(manifest, foreign.secret))).toMatch(/signature/)
  })

  it('is refused when the key is not known', async () => {
    expect(await refusal(await signManifest(manifest, { ...ours.secret, kid: 'other' }))).toMatch(
      /unknown key other/,
    )
  })

  it('is refused when any character of it is changed', async () => {
    const jws = await signManifest(manifest, ours.secret)
    const [head, payload, signature] = jws.split('.') as [string, string, string]
    const swapped = payload.startsWith('A') ? `B${payload.slice(1)}` : `A${payload.slice(1)}`
    expect(await refusal(`${head}.${swapped}.${signature}`)).toMatch(/signature/)
  })

  it('is refused for another organization, for another group, and when it is older than what is there', async () => {
    const jws = await signManifest(manifest, ours.secret)
    expect(await refusal(jws, { organization: 'b' })).toMatch(/another organization/)
    expect(await refusal(jws, { group: 'b' })).toMatch(/another group/)
    expect(await refusal(jws, { version: 8 })).toMatch(/version 7 is older than version 8/)
  })

  it('is refused once it expired longer ago than the grace allows', async () => {
    const jws = await signManifest(manifest, ours.secret)
    const late = Date.parse('2026-02-01T00:01:00Z')
    expect(await refusal(jws, {}, late)).toMatch(/expired at 2026-02-01/)
    expect((await verifyManifest(jws, { ...trust, grace: 3_600_000 }, late)).version).toBe(7)
  })
})
