import type { Actor } from '#workers/api/context'
import type { Env } from '#workers/env'
import { actorOfSession } from './sessions.ts'
import { actorOfToken, TOKEN_PREFIX } from './tokens.ts'

/**
 * Who asks: the holder of the token in `Authorization: Bearer` or `Kong-Admin-Token`, else of the session cookie. A token
 * that is no good is nobody, whatever cookie comes with it. `now` is epoch milliseconds.
 */
export const authenticate = async (
  request: Request,
  env: Env,
  now: number = Date.now(),
): Promise<Actor | undefined> => {
  const token = tokenOf(request)
  if (token === undefined) return actorOfSession(request, env)
  return token.startsWith(TOKEN_PREFIX) ? actorOfToken(token, env, now) : undefined
}

const tokenOf = ({ headers }: Request): string | undefined => {
  const authorization = headers.get('authorization')
  if (authorization !== null) return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
  return headers.get('kong-admin-token') ?? undefined
}
