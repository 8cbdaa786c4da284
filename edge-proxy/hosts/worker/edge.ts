import { createGateway, type Gateway } from '#engine/gateway'
import { plugins } from '#plugins/index'
import { version } from '../../../package.json'
import { systemClock } from '../shared/clock.ts'
import { settingsFrom } from '../shared/settings.ts'
import { createSync, type Sync } from '../shared/sync.ts'
import { readDays, readTrustedKeys } from '../shared/trust.ts'
import { cacheStore } from './cache-store.ts'
import { defer } from './defer.ts'
import type { EdgeEnvironment } from './environment.ts'
import { workerHost } from './host.ts'
import { type Refresh, refresh } from './refresh.ts'

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
  const variables = textsOf(env)

  const host = workerHost({
    hostname,
    version,
    analytics: env.ANALYTICS,
    identity: () => ({ group: sync.state.group_id ?? '', node: sync.state.node_id ?? '' }),
  })
  const gateway = createGateway({ host, plugins, settings: settingsFrom(variables) })
  const sync = createSync({
    url,
    registrationToken: token,
    trustedKeys: readTrustedKeys(variables),
    identity: { hostname, version, host: 'worker' },
    fetch: control
      ? (input, init) => control.fetch(input, init)
      : (input, init) => fetch(input, init),
    clock: systemClock,
    random: Math.random,
    store: cacheStore(url, token),
    log: host.log,
    grace: readDays(variables),
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

const required = (
  env: EdgeEnvironment,
  name: 'TIDEGATE_CONTROL_PLANE' | 'TIDEGATE_REGISTRATION_TOKEN',
): string => {
  const value = env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}

/** The variables among the bindings. */
const textsOf = (env: EdgeEnvironment): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === 'string'))
