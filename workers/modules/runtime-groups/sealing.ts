import { newSealingKey } from '#engine/seal'
import { decrypt, encrypt } from '#workers/api/keys'
import type { Env } from '#workers/env'

const LABEL = 'runtime-group/sealing-key'

/** A new key for a group's secrets, as its row keeps it. */
export const newGroupKey = (env: Pick<Env, 'TIDEGATE_SECRET'>): Promise<string> =>
  encrypt(env, LABEL, newSealingKey())

/** The key that a group's secrets are sealed with (engine/seal.ts): base64url. Runtimes get it when they register. */
export const sealingKeyOf = (
  env: Pick<Env, 'TIDEGATE_SECRET'>,
  { sealing_key }: { sealing_key: string },
): Promise<string> => decrypt(env, LABEL, sealing_key)
