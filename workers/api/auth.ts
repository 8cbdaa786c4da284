import type { Env } from '../env.ts'
import type { Actor } from './context.ts'
import { Problem } from './problem.ts'

/** Finds out who asks: the token's or the cookie's actor, or nobody. */
export type Authenticate = (request: Request, env: Env) => Promise<Actor | undefined>

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses writes that a foreign page makes a browser send (cross-site request forgery). Requests with a token of their
 * own are never made that way; a cookie counts only when the browser says that our own page asks.
 */
export const refuseForgery = (request: Request): void => {
  if (SAFE.has(request.method) || hasToken(request)) return
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  const foreign =
    (site !== null && site !== 'same-origin' && site !== 'none') ||
    (origin !== null && !sameOrigin(origin, request))
  const silent = site === null && origin === null && request.headers.has('cookie')
  if (foreign || silent) {
    throw new Problem('forbidden', 'Writes with a session need to come from the console itself.')
  }
}

const hasToken = ({ headers }: Request): boolean =>
  headers.has('authorization') || headers.has('kong-admin-token')

/** Compares hosts only: behind a proxy that ends TLS the scheme that we see is not the browser's. */
const sameOrigin = (origin: string, request: Request): boolean => {
  try {
    return new URL(origin).host === (request.headers.get('host') ?? new URL(request.url).host)
  } catch {
    return false
  }
}
