import { inArray, lt, sql } from 'drizzle-orm'
import type { Context } from '#workers/api/context'
import { digestSecret } from '#workers/api/keys'
import { batch } from '#workers/db/database'
import { signInAttempts } from './model.ts'

const WINDOW_MS = 15 * 60 * 1_000

/**
 * Sign-ins allowed to fail in a window. One place that guesses at one person is stopped soon, and that person can still
 * sign in from elsewhere; guesses from many places, or at many people, are stopped later.
 */
const LIMITS = { both: 5, email: 50, address: 50 }

type Rules = Pick<Context, 'db' | 'env' | 'now'>

/** The counters that a sign-in falls under. */
export interface Attempt {
  keys: string[]
  /** Seconds until the next is allowed; undefined when this one is. */
  retryAfter: number | undefined
}

/**
 * Counts a sign-in before the password is looked at, so that many at once cannot slip through. One that succeeds is taken
 * back by `forgive`.
 */
export const countAttempt = async (
  { db, env, now }: Rules,
  email: string,
  address: string,
): Promise<Attempt> => {
  const counters = [
    { limit: LIMITS.both, of: `${email}\n${address}` },
    { limit: LIMITS.email, of: `email\n${email}` },
    { limit: LIMITS.address, of: `address\n${address}` },
  ]
  const keys = await Promise.all(
    counters.map(({ of }) => digestSecret(env, 'sign-in-attempts', of)),
  )
  const time = now()
  const over = sql`${signInAttempts.resets_at} <= ${time}`
  const rows = await db
    .insert(signInAttempts)
    .values(keys.map((key) => ({ key, count: 1, resets_at: time + WINDOW_MS })))
    .onConflictDoUpdate({
      target: signInAttempts.key,
      set: {
        count: sql`case when ${over} then 1 else ${signInAttempts.count} + 1 end`,
        resets_at: sql`case when ${over} then ${time + WINDOW_MS} else ${signInAttempts.resets_at} end`,
      },
    })
    .returning()
  const waits = counters.flatMap(({ limit }, at) => {
    const row = rows.find(({ key }) => key === keys[at])
    return row && row.count > limit ? [row.resets_at - time] : []
  })
  return {
    keys,
    retryAfter: waits.length > 0 ? Math.ceil(Math.max(...waits) / 1_000) : undefined,
  }
}

/** Takes a sign-in that succeeded out of the counts, and forgets those that are over. */
export const forgive = async ({ db, now }: Rules, { keys }: Attempt): Promise<void> => {
  const [both = '', ...others] = keys
  await batch(db, [
    db.delete(signInAttempts).where(inArray(signInAttempts.key, [both])),
    db
      .update(signInAttempts)
      .set({ count: sql`max(0, ${signInAttempts.count} - 1)` })
      .where(inArray(signInAttempts.key, others)),
    db.delete(signInAttempts).where(lt(signInAttempts.resets_at, now())),
  ])
}

/** Where a request comes from. Networks of IPv6 are counted as one: their hosts have more addresses than can be counted. */
export const addressOf = (request: Request): string => {
  const address = request.headers.get('cf-connecting-ip') ?? ''
  if (!address.includes(':')) return address
  const [head = '', tail = ''] = address.toLowerCase().split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === '' ? [] : tail.split(':')
  const gap = address.includes('::') ? 8 - first.length - last.length : 0
  const groups = [...first, ...Array<string>(Math.max(gap, 0)).fill('0'), ...last]
  return `${groups.slice(0, 4).join(':')}::/64`
}
