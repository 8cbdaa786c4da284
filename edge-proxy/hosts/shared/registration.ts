import type { JWK } from 'jose'
import type { Manifest } from '#engine/manifest'
import type { RegisterRequest } from '#engine/protocol'
import { type Sealer, sealer } from '#engine/seal'
import { type ControlPlane, Unauthorized } from './control-plane.ts'
import type { Log } from './log.ts'
import {
  advanced,
  type Membership,
  membershipOf,
  readMembership,
  writeMembership,
} from './membership.ts'
import type { Store } from './store.ts'

/** A runtime as a member of its group, with what it needs to read the group's secrets. */
export interface Member {
  readonly membership: Membership
  readonly secrets: Sealer
}

export interface RegistrationOptions {
  remote: ControlPlane
  store: Store
  log: Log
  identity: Omit<RegisterRequest, 'node_id'>
  /** Registration token of the group. */
  token: string | undefined
  /** Keys that must sign the first manifest, whatever the registration says. */
  trustedKeys: JWK[] | undefined
  /** The id that the control plane gave is known. */
  onRegistered?: (node_id: string) => void
}

/** Who this runtime is: read from the store, else asked of the control plane. */
export interface RegistrationDesk {
  readonly member: Member | undefined
  /** Reads what is stored. Never rejects: what is not readable is logged, and the runtime registers anew. */
  load(): Promise<void>
  /** Registers, anew if it must. Throws Unauthorized without a good registration token, Away without a control plane. */
  register(): Promise<Member>
  /** After a manifest was accepted: trusts the keys that it names. */
  advance(manifest: Manifest): Promise<void>
}

export const registrationDesk = (options: RegistrationOptions): RegistrationDesk => {
  const { remote, store, log, identity, token, trustedKeys } = options
  let member: Member | undefined

  const become = async (membership: Membership): Promise<Member> => {
    const { group_key, node_id } = membership.registration
    const now = { membership, secrets: await sealer(group_key) }
    member = now
    options.onRegistered?.(node_id)
    return now
  }

  const keep = async (membership: Membership) => {
    try {
      await store.saveRegistration(writeMembership(membership))
    } catch (error) {
      log('error', `could not store the registration: ${(error as Error).message}`)
    }
  }

  return {
    get member() {
      return member
    },

    async load() {
      try {
        const text = await store.loadRegistration()
        if (text !== undefined) await become(readMembership(text))
      } catch (error) {
        log('error', `the stored registration is not readable: ${(error as Error).message}`)
      }
    },

    async register() {
      if (token === undefined) throw new Unauthorized('no registration token is set')
      const before = member?.membership
      const answer = await remote.register(token, {
        ...identity,
        ...(before ? { node_id: before.registration.node_id } : {}),
      })
      const registration = trustedKeys ? { ...answer, keys: trustedKeys } : answer
      const membership = membershipOf(registration, before)
      const now = await become(membership)
      await keep(membership)
      const { node_id, group } = registration
      log('info', `registered with group ${group.name} as node ${node_id}`, {
        node_id,
        group: group.id,
      })
      return now
    },

    async advance(manifest) {
      if (!member) return
      member = { ...member, membership: advanced(member.membership, manifest) }
      await keep(member.membership)
    },
  }
}
