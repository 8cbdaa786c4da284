import type { JWK } from 'jose'
import * as z from 'zod'
import { type Environment, InvalidOption } from './settings.ts'

const DAY_MS = 86_400_000
const GRACE_DAYS = '30'

const KeySet = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).min(1),
})

/** Keys that must sign the first manifest: a JWK set (RFC 7517). Throws InvalidOption naming the variable. */
export const readTrustedKeys = ({
  TIDEGATE_TRUSTED_KEYS: text,
}: Environment): JWK[] | undefined => {
  if (!text) return undefined
  try {
    return KeySet.parse(JSON.parse(text)).keys
  } catch {
    throw new InvalidOption(
      'TIDEGATE_TRUSTED_KEYS takes a JWK set as JSON: {"keys":[...]}, each with a kid',
    )
  }
}

/** How long a snapshot is used after its manifest expired, in milliseconds. Throws InvalidOption. */
export const readDays = ({ TIDEGATE_GRACE_DAYS: text }: Environment): number => {
  const days = Number(text || GRACE_DAYS)
  if (!Number.isFinite(days) || days < 0)
    throw new InvalidOption(`TIDEGATE_GRACE_DAYS takes a number of days, not '${text}'`)
  return days * DAY_MS
}
