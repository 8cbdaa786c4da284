import { eq } from 'drizzle-orm'
import type { Context } from '#workers/api/context'
import { Problem } from '#workers/api/problem'
import type { Database, Statement } from '#workers/db/database'
import { type Entitlements, type LicenceRow, licences } from './model.ts'

/** What may be said about a licence; the rest has defaults. */
export interface LicenceTerms {
  /** Default: `open`, which has no limits. */
  plan?: string
  entitlements?: Partial<Entitlements>
  /** RFC 3339; left out or null for one that does not end. */
  expires_at?: string | null
}

const unlimited: Entitlements = { runtime_groups: null, runtimes: null }

/**
 * Gives the actor's organization a licence, in place of the one it had. Manifests name it from their next signature on.
 */
export const issueLicence = async (
  context: Pick<Context, 'actor' | 'db' | 'now' | 'audit'>,
  terms: LicenceTerms = {},
): Promise<LicenceRow> => {
  const { licence, statements } = licenceStatements(context, terms)
  await context.db.batch(statements)
  return licence
}

/** The same as statements, for a batch that makes the organization too. */
export const licenceStatements = (
  { actor, db, now, audit }: Pick<Context, 'actor' | 'db' | 'now' | 'audit'>,
  { plan = 'open', entitlements = {}, expires_at = null }: LicenceTerms = {},
): { licence: LicenceRow; statements: [Statement, Statement] } => {
  const licence: LicenceRow = {
    id: crypto.randomUUID(),
    organization_id: actor.organization_id,
    plan,
    entitlements: { ...unlimited, ...entitlements },
    issued_at: new Date(now()).toISOString(),
    expires_at,
  }
  return {
    licence,
    statements: [
      db.insert(licences).values(licence).onConflictDoUpdate({
        target: licences.organization_id,
        set: licence,
      }),
      audit('licence.issued', { kind: 'licence', id: licence.id, name: plan }),
    ],
  }
}

/** The licence of an organization, or undefined when none was issued. */
export const licenceOf = async (
  db: Database,
  organization_id: string,
): Promise<LicenceRow | undefined> => {
  const [licence] = await db
    .select()
    .from(licences)
    .where(eq(licences.organization_id, organization_id))
    .limit(1)
  return licence
}

/** Throws Problem `forbidden` when one more of something would be above what the licence allows. */
export const mustHaveRoom = (
  licence: LicenceRow | undefined,
  entitlement: keyof Entitlements,
  used: number,
): void => {
  const limit = licence?.entitlements[entitlement] ?? null
  if (limit === null || used < limit) return
  throw new Problem(
    'forbidden',
    `The licence (plan ${licence?.plan}) allows ${limit} ${entitlement.replaceAll('_', ' ')}, and ${used} are in use.`,
  )
}
