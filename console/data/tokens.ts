import { call } from './client.ts'

export interface Token {
  id: string
  name: string
  created_at: string
  expires_at: string | null
  last_used_at: string | null
}

export const listTokens = (signal?: AbortSignal): Promise<{ data: Token[] }> =>
  call('GET', '/v2/tokens', { ...(signal ? { signal } : {}) })

/** The answer is the only place where the secret is ever shown. */
export const createToken = (body: {
  name: string
  expires_at?: string
}): Promise<Token & { token: string }> => call('POST', '/v2/tokens', { body })

export const revokeToken = (id: string): Promise<void> =>
  call('DELETE', `/v2/tokens/${encodeURIComponent(id)}`)
