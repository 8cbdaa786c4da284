import type { JWK } from 'jose'
import * as z from 'zod'
import type { Manifest, Trust } from '#engine/manifest'
import type { Registration } from '#engine/protocol'
import { parse, RegistrationShape } from './answers.ts'

/** Sets of keys that are remembered: those that may sign next, and those that signed what may be stored. */
const GENERATIONS_KEPT = 4

/** Which group a runtime belongs to, and whose signature it believes. Kept for as long as it lives, and stored. */
export interface Membership {
  readonly registration: Registration
  /** Newest first: the first set may sign the next manifest. */
  readonly generations: readonly JWK[][]
  /** Highest version ever accepted. */
  readonly version: number
}

const Shape = z.object({
  registration: RegistrationShape,
  generations: z.array(z.array(z.looseObject({ kty: z.string(), kid: z.string() }))).min(1),
  version: z.int().min(0),
})

/** A first registration begins anew; a later one in the same group goes on from the version that was reached. */
export const membershipOf = (
  registration: Registration,
  before: Membership | undefined,
): Membership => {
  const known = before && sameGroup(before, { registration }) ? before : undefined
  return {
    registration,
    generations: kept([registration.keys, ...(known?.generations ?? [])]),
    version: known?.version ?? 0,
  }
}

export const sameGroup = (
  { registration: a }: Pick<Membership, 'registration'>,
  { registration: b }: Pick<Membership, 'registration'>,
): boolean => a.group.id === b.group.id && a.organization.id === b.organization.id

/** After a manifest was accepted: its keys may sign the next one. */
export const advanced = (membership: Membership, manifest: Manifest): Membership => ({
  ...membership,
  generations: kept([manifest.keys, ...membership.generations]),
  version: Math.max(membership.version, manifest.version),
})

/** What a manifest from the control plane is held against. */
export const trustOf = (membership: Membership, grace: number): Trust => ({
  organization: membership.registration.organization.id,
  group: membership.registration.group.id,
  keys: membership.generations[0] ?? [],
  version: membership.version,
  grace,
})

/** What a stored manifest is held against: it was accepted once, so keys of then still count, and so does its version. */
export const storedTrustOf = (membership: Membership, grace: number): Trust => ({
  ...trustOf(membership, grace),
  keys: membership.generations.flat(),
  version: 0,
})

export const writeMembership = (membership: Membership): string => JSON.stringify(membership)

/** Throws an Error that names the field when the text is not what was written. */
export const readMembership = (text: string): Membership =>
  parse(Shape, 'registration', JSON.parse(text))

const kept = (generations: readonly JWK[][]): JWK[][] => generations.slice(0, GENERATIONS_KEPT)
