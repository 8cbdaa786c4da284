import type { Env } from '#workers/env'

/** The one place that turns a group's id into its Durable Object. Its methods are called by native, typed RPC. */
export const groupObject = ({ GROUPS }: Pick<Env, 'GROUPS'>, group_id: string) =>
  GROUPS.get(GROUPS.idFromName(group_id))
