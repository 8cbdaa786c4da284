import { and, eq, inArray } from 'drizzle-orm'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { type Manifest, signManifest } from '#engine/manifest'
import { decrypt, encrypt } from '#workers/api/keys'
import type { Database, Statement } from '#workers/db/database'
import type { Env } from '#workers/env'
import { signingKeys } from './model.ts'

type Secret = Pick<Env, 'TIDEGATE_SECRET'>

const LABEL = 'signing-key'
const DAY_MS = 24 * 60 * 60 * 1000

/** How long a manifest may be used. */
export const MANIFEST_LIFE_MS = 30 * DAY_MS
/** A manifest with less than this left is signed anew. */
export const RESIGN_BEFORE_MS = 10 * DAY_MS

export interface SigningKeys {
  /** Private; signs. */
  current: JWK
  /** Public keys that may sign the next manifest: the current one and the one after it. */
  keys: JWK[]
}

/** What a manifest says but for what signing adds to it. */
export type ManifestFacts = Omit<Manifest, 'v' | 'issued_at' | 'expires_at' | 'keys'>

export interface SignedManifest {
  manifest: string
  issued_at: string
  expires_at: string
}

/** The keys of an organization, made at first need. */
export const signingKeysOf = async (
  env: Secret,
  db: Database,
  organization_id: string,
  now: number,
): Promise<SigningKeys> => {
  const found =
    (await read(env, db, organization_id)) ?? (await make(env, db, organization_id, now))
  if (!found) throw new Error('signing keys were written but cannot be read back')
  return found
}

/** Public keys that a runtime may trust. */
export const trustedKeysOf = async (
  env: Secret,
  db: Database,
  organization_id: string,
  now: number,
): Promise<JWK[]> => (await signingKeysOf(env, db, organization_id, now)).keys

/** Statements that put the next key in the place of the current one, and a new key next. */
export const rotation = async (
  env: Secret,
  db: Database,
  organization_id: string,
  now: number,
): Promise<Statement[]> => {
  await signingKeysOf(env, db, organization_id, now)
  const move = (from: 'current' | 'next', to: 'retired' | 'current') =>
    db
      .update(signingKeys)
      .set({ state: to })
      .where(and(eq(signingKeys.organization_id, organization_id), eq(signingKeys.state, from)))
  return [
    move('current', 'retired'),
    move('next', 'current'),
    db.insert(signingKeys).values(await newKey(env, organization_id, 'next', now)),
  ]
}

/** Signs what a version is. */
export const sign = async (
  statement: ManifestFacts,
  { current, keys }: SigningKeys,
  now: number,
): Promise<SignedManifest> => {
  const issued_at = new Date(now).toISOString()
  const expires_at = new Date(now + MANIFEST_LIFE_MS).toISOString()
  const manifest = await signManifest({ v: 1, ...statement, issued_at, expires_at, keys }, current)
  return { manifest, issued_at, expires_at }
}

const read = async (
  env: Secret,
  db: Database,
  organization_id: string,
): Promise<SigningKeys | undefined> => {
  const rows = await db
    .select()
    .from(signingKeys)
    .where(
      and(
        eq(signingKeys.organization_id, organization_id),
        inArray(signingKeys.state, ['current', 'next']),
      ),
    )
  const current = rows.find(({ state }) => state === 'current')
  const next = rows.find(({ state }) => state === 'next')
  if (!current || !next) return undefined
  return {
    current: JSON.parse(await decrypt(env, LABEL, current.private_jwk)) as JWK,
    keys: [current.public_jwk, next.public_jwk],
  }
}

/** Two may do this at once: the first wins, by the unique index, and both read its keys. */
const make = async (env: Secret, db: Database, organization_id: string, now: number) => {
  const rows = await Promise.all([
    newKey(env, organization_id, 'current', now),
    newKey(env, organization_id, 'next', now),
  ])
  await db.insert(signingKeys).values(rows).onConflictDoNothing()
  return read(env, db, organization_id)
}

const newKey = async (
  env: Secret,
  organization_id: string,
  state: 'current' | 'next',
  now: number,
) => {
  const pair = (await crypto.subtle.generateKey({ name: 'Ed25519' }, true, [
    'sign',
    'verify',
  ])) as CryptoKeyPair
  const { kty, crv, x, d } = (await crypto.subtle.exportKey('jwk', pair.privateKey)) as JWK
  const bare = { kty, crv, x } as JWK
  const kid = await calculateJwkThumbprint(bare)
  const public_jwk: JWK = { ...bare, kid, use: 'sig' }
  return {
    kid,
    organization_id,
    state,
    public_jwk,
    private_jwk: await encrypt(env, LABEL, JSON.stringify({ ...public_jwk, d })),
    created_at: new Date(now).toISOString(),
  }
}
