import { toBase64Url } from '#engine/seal'
import { digestSecret } from '#workers/api/keys'
import type { Env } from '#workers/env'

/** What a token is for: its prefix, and the label that its digest is made under. */
const kinds = {
  registration: { prefix: 'tgr_', label: 'registration-token' },
  node: { prefix: 'tgn_', label: 'node-token' },
} as const

export type TokenKind = keyof typeof kinds

type Secret = Pick<Env, 'TIDEGATE_SECRET'>

/** A new bearer token that names a row, and the digest of its secret that the row keeps. */
export const newToken = async (
  env: Secret,
  kind: TokenKind,
  id: string,
): Promise<{ token: string; digest: string }> => {
  const secret = toBase64Url(crypto.getRandomValues(new Uint8Array(32)))
  const { prefix, label } = kinds[kind]
  return {
    token: `${prefix}${id.replaceAll('-', '')}_${secret}`,
    digest: await digestSecret(env, label, secret),
  }
}

/** The bearer token of a request, taken apart: the row that it names, and its secret. */
export const readToken = (
  kind: TokenKind,
  request: Request,
): { id: string; secret: string } | undefined => {
  const { prefix } = kinds[kind]
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  if (!token.startsWith(prefix)) return undefined
  const [, a, b, c, d, e, secret] =
    /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([\w-]{43})$/.exec(
      token.slice(prefix.length),
    ) ?? []
  return secret === undefined ? undefined : { id: `${a}-${b}-${c}-${d}-${e}`, secret }
}

/** Whether a secret is the one that a row keeps the digest of. Takes the same time whatever the secret is. */
export const secretMatches = async (
  env: Secret,
  kind: TokenKind,
  secret: string,
  digest: string | undefined,
): Promise<boolean> => {
  const encoder = new TextEncoder()
  const given = encoder.encode(await digestSecret(env, kinds[kind].label, secret))
  const kept = encoder.encode(digest ?? '')
  if (given.length !== kept.length) return false
  return crypto.subtle.timingSafeEqual(given, kept)
}
