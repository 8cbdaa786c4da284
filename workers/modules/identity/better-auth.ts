import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { betterAuth } from 'better-auth/minimal'
import { digestSecret } from '#workers/api/keys'
import { databaseOf } from '#workers/db/database'
import type { Env } from '#workers/env'
import { accounts, sessions, users, verifications } from './model.ts'
import { hashPassword, verifyPassword } from './passwords.ts'

/** Life of a session from sign-in, whatever is done with it. */
export const SESSION_SECONDS = 12 * 60 * 60
export const PASSWORD_LENGTH = { min: 8, max: 128 }

/** Instances of this isolate by database, and by whether browsers reach us over https. */
const instances = new WeakMap<D1Database, Map<boolean, Auth>>()

export type Auth = ReturnType<typeof configure>

/**
 * better-auth over our tables, for sessions and their cookies. Its own endpoints are not served: ours call it. Cookies are
 * `Secure` when the request came over https.
 */
export const authOf = async (env: Env, request: Request): Promise<Auth> => {
  const { protocol, origin } = new URL(request.url)
  const secure = protocol === 'https:'
  const known = instances.get(env.DB)?.get(secure)
  if (known) return known
  const auth = configure(env, origin, secure, await digestSecret(env, 'better-auth', 'cookies'))
  // started here, so that no other request waits for this one's work
  await auth.$context
  const bySecurity = instances.get(env.DB) ?? new Map<boolean, Auth>()
  instances.set(env.DB, bySecurity.set(secure, auth))
  return auth
}

const configure = (env: Env, baseURL: string, secure: boolean, secret: string) =>
  betterAuth({
    baseURL,
    secret,
    database: drizzleAdapter(databaseOf(env), {
      provider: 'sqlite',
      schema: { users, sessions, accounts, verifications },
    }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
      password: {
        hash: hashPassword,
        verify: ({ password, hash }) => verifyPassword(password, hash),
      },
    },
    session: {
      modelName: 'sessions',
      fields: {
        userId: 'user_id',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        expiresAt: 'expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
      expiresIn: SESSION_SECONDS,
      disableSessionRefresh: true,
    },
    user: {
      modelName: 'users',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
      additionalFields: {
        organization_id: { type: 'string', required: true, input: false },
        role: { type: ['owner', 'admin', 'viewer'], required: true, input: false },
      },
    },
    account: {
      modelName: 'accounts',
      fields: {
        userId: 'user_id',
        providerId: 'provider_id',
        accountId: 'account_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    verification: {
      modelName: 'verifications',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    advanced: {
      cookiePrefix: 'tidegate',
      useSecureCookies: secure,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'strict', secure },
      database: { generateId: () => crypto.randomUUID() },
      ipAddress: { ipAddressHeaders: ['cf-connecting-ip'] },
    },
    // sign-ins are counted in D1: see attempts.ts
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: 'error' },
  })
