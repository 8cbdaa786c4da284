import type { Host } from '#engine/host'

/** How hosts log: the same function that the engine is given. */
export type Log = Host['log']
