import type { JWK } from 'jose'
import * as z from 'zod'
import { createGateway, type Gateway } from '#engine/gateway'
import { defaults, type Settings } from '#engine/settings'
import { plugins } from '#plugins/index'
import { systemClock } from '../shared/clock.ts'
import { createSync, type Sync } from '../shared/sync.ts'
import { cacheStore } from './cache-store.ts'
import { defer } from './defer.ts'
import type { EdgeEnvironment } from './environment.ts'
import { workerHost } from './host.ts'
import { type Refresh, refresh } from './refresh.ts'

const VERSION = '0.1.0'
/** How long a configuration may be served after its manifest expired, in milliseconds: seven days. */
const GRACE_MS = 7 * 86_400_000

/** The data plane of one isolate: lives in module memory, from the first request to the last. */
export interface Edge {
  gateway: Gateway
  sync: Sync
  refresh: Refresh
}

/** Throws an Error that names the variable which is missing or wrong. */
export const createEdge = (env: EdgeEnvironment): Edge => {
  const url = required(env, 'TIDEGATE_CONTROL_PLANE')
  const token = required(env, 'TIDEGATE_REGISTRATION_TOKEN')
  const hostname = env.TIDEGATE_HOSTNAME ?? 'edge'
  const control = env.CONTROL

  const host = workerHost({
    hostname,
    version: VERSION,
    analytics: env.ANALYTICS,
    identity: () => ({ group: sync.state.group_id ?? '', node: sync.state.node_id ?? '' }),
  })
  const settings: Settings = { ...defaults, ...json(env, 'TIDEGATE_SETTINGS', SettingsShape) }
  const gateway = createGateway({ host, plugins, settings })
  const sync = createSync({
    url,
    registrationToken: token,
    trustedKeys: json(env, 'TIDEGATE_TRUSTED_KEYS', KeysShape)?.keys as JWK[] | undefined,
    identity: { hostname, version: VERSION, host: 'worker' },
    fetch: control
      ? (input, init) => control.fetch(input, init)
      : (input, init) => fetch(input, init),
    clock: systemClock,
    random: Math.random,
    store: cacheStore(url, token),
    log: host.log,
    grace: GRACE_MS,
    apply: ({ entities, version, root }) => gateway.apply(entities, version, root),
    recordsDropped: () => 0,
    defer,
  })
  return {
    gateway,
    sync,
    refresh: refresh(sync, () => gateway.configuration.version > 0, Date.now),
  }
}

const SettingsShape = z.record(z.string(), z.unknown())
const KeysShape = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).min(1),
})

const required = (
  env: EdgeEnvironment,
  name: 'TIDEGATE_CONTROL_PLANE' | 'TIDEGATE_REGISTRATION_TOKEN',
) => {
  const value = env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}

const json = <Shape extends z.ZodType>(
  env: EdgeEnvironment,
  name: 'TIDEGATE_SETTINGS' | 'TIDEGATE_TRUSTED_KEYS',
  shape: Shape,
): z.output<Shape> | undefined => {
  const text = env[name]
  if (!text) return undefined
  try {
    return shape.parse(JSON.parse(text))
  } catch (error) {
    throw new Error(`${name} is not what it should be: ${(error as Error).message}`)
  }
}
