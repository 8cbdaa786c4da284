import { auditEntry } from '../db/audit.ts'
import { type Database, databaseOf, type Statement } from '../db/database.ts'
import { type Store, storeOf } from '../db/store.ts'
import type { Env } from '../env.ts'
import { Problem } from './problem.ts'

export type Role = 'owner' | 'admin' | 'viewer'

/** Who asks. */
export interface Actor {
  kind: 'user' | 'token' | 'system'
  id: string
  name: string
  organization_id: string
  role: Role
  /** Throws Problem `forbidden` unless the actor's role has the permission. */
  must(permission: string): void
}

/** What a change was made to. */
export interface AuditTarget {
  kind: string
  id: string
  name?: string
  group_id?: string
}

/** Everything that rules need from the outside. Services take it first; no service sees a Request or a binding. */
export interface Context {
  env: Env
  actor: Actor
  /** Milliseconds since the epoch. */
  now(): number
  db: Database
  /** Goes on after the answer has been sent. Failures are logged, never lost in silence. */
  defer(work: Promise<unknown>): void
  /** Gateway entities of one group. */
  store(group_id: string): Store
  /** The audit entry of a change: put it into the batch that makes the change. */
  audit(action: string, target: AuditTarget, detail?: unknown): Statement
  /** The same context on behalf of somebody else: for setup, which makes the one it acts for. */
  as(actor: Actor): Context
}

/** Whether a role has a permission: everyone reads, owners and admins write, the organization itself is the owners'. */
export const roleHas = (role: Role, permission: string): boolean => {
  if (permission.endsWith(':read')) return true
  if (permission.startsWith('organization:')) return role === 'owner'
  return role === 'owner' || role === 'admin'
}

/** Makes an actor of what is known about one. */
export const actorOf = (facts: Omit<Actor, 'must'>): Actor => ({
  ...facts,
  must(permission) {
    if (!roleHas(facts.role, permission)) {
      throw new Problem('forbidden', `${facts.name} (${facts.role}) may not ${permission}.`)
    }
  },
})

/** Nobody: the actor of public routes. */
export const anonymous: Actor = {
  kind: 'system',
  id: 'anonymous',
  name: 'anonymous',
  organization_id: '',
  role: 'viewer',
  must() {
    throw new Problem('unauthorized')
  },
}

export interface ContextOptions {
  env: Env
  actor: Actor
  /** Milliseconds since the epoch. */
  now?: () => number
  waitUntil(work: Promise<unknown>): void
}

export const contextOf = ({ env, actor, now = Date.now, waitUntil }: ContextOptions): Context => {
  const db = databaseOf(env)
  const context: Context = {
    env,
    actor,
    now,
    db,
    defer: (work) =>
      waitUntil(work.catch((error: unknown) => console.error('deferred work failed', error))),
    store: (group_id) => storeOf(context, group_id),
    audit: (action, target, detail) => auditEntry(context, action, target, detail),
    as: (other) => contextOf({ env, actor: other, now, waitUntil }),
  }
  return context
}
