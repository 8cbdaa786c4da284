import { createSignal } from 'solid-js'
import { call } from './client.ts'
import { ApiError } from './errors.ts'

export interface Session {
  user: { id: string; name: string; email: string; role: 'owner' | 'admin' | 'viewer' }
  organization: { id: string; name: string }
}

/** Undefined until the API has said who is here; null when nobody is. */
const [session, setSession] = createSignal<Session | null | undefined>()

export { session }

/** Asks who is signed in. Throws when the control plane cannot say. */
export const loadSession = async (): Promise<void> => {
  try {
    setSession(await call<Session>('GET', '/v2/session'))
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error
    setSession(null)
  }
}

export const signIn = async (email: string, password: string): Promise<void> => {
  await call('POST', '/v2/session', { body: { email, password } })
  await loadSession()
}

export const signOut = async (): Promise<void> => {
  await call('DELETE', '/v2/session')
  setSession(null)
}

export const forgetSession = (): void => {
  setSession(null)
}

/** Viewers see everything and change nothing. */
export const mayWrite = (): boolean => session()?.user.role !== 'viewer'
