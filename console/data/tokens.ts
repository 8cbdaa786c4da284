import { call } from './client.ts'
import type { CursorPage } from './groups.ts'

export type Role = 'owner' | 'admin' | 'viewer'

export interface Token {
  id: string
  name: string
  /** Whose it is. */
  user: { id: string; name: string }
  role: Role
  created_at: string
  expires_at: string | null
  last_used_at: string | null
}

export const listTokens = (
  query: { size?: number; offset?: string },
  signal?: AbortSignal,
): Promise<CursorPage<Token>> => call('GET', '/v2/tokens', { query, ...(signal ? { signal } : {}) })

/** The answer is the only place where the secret is ever shown. */
export const createToken = (body: {
  name: string
  role?: Role
  expires_at?: string
}): Promise<Token & { token: string }> => call('POST', '/v2/tokens', { body })

export const revokeToken = (id: string): Promise<void> =>
  call('DELETE', `/v2/tokens/${encodeURIComponent(id)}`)
