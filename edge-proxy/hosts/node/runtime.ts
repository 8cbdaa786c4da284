import { hostname } from 'node:os'
import type { JWK } from 'jose'
import type { Applied } from '#engine/gateway'
import type { PluginType } from '#engine/plugin'
import { defaults, type Settings } from '#engine/settings'
import type { SnapshotEntity } from '#engine/snapshot'
import { plugins as everyPlugin } from '#plugins/index'
import type { Clock } from '../shared/clock.ts'
import { createFlush } from '../shared/flush.ts'
import type { Log } from '../shared/log.ts'
import { createRecords, type Records } from '../shared/records.ts'
import { InvalidOption } from '../shared/settings.ts'
import { nowhere, type Store } from '../shared/store.ts'
import { createSync, type Sync } from '../shared/sync.ts'
import { nodeClock } from './clock.ts'
import { processCounters } from './counters.ts'
import { diskStore } from './disk.ts'
import { createInProcess } from './in-process.ts'
import { cannotListen, urlOf } from './listening.ts'
import type { Entrances, Ports } from './messages.ts'
import type { Address } from './options.ts'
import { type ProcessesOptions, startProcesses } from './processes.ts'
import { type LocalConfiguration, statusOf } from './runtime-status.ts'
import type { Serving } from './serving.ts'
import { type Status, startStatus } from './status.ts'
import { version as softwareVersion } from './version.ts'
import type { Resolve } from './wire/resolver.ts'

/** Milliseconds that requests under way get to end. */
const STOP_MS = 10_000

export interface ControlPlaneOptions {
  url: string
  registrationToken: string | undefined
  trustedKeys: JWK[] | undefined
  /** Folder for registration and last good snapshots. */
  home: string
  /** Milliseconds that a manifest may be used after it expired. */
  grace: number
}

export interface RuntimeOptions {
  entrances: Entrances
  status: Address | undefined
  /** Without one, configurations come by `apply`. */
  controlPlane: ControlPlaneOptions | undefined
  log: Log
  settings?: Partial<Settings>
  plugins?: readonly PluginType[]
  /** More than one: processes of their own, which cannot be given `clock`, `fetch`, `resolve` and `plugins`. */
  workers?: Pick<ProcessesOptions, 'count' | 'entry' | 'workerLog'>
  clock?: Clock
  random?: () => number
  /** For the control plane, and for requests that plugins make themselves. */
  fetch?: typeof fetch
  /** Addresses of upstreams. */
  resolve?: Resolve
}

/** A running data plane. */
export interface Runtime {
  readonly ports: Ports & { status: number | undefined }
  /** Puts a configuration into use, without a control plane. Secrets are open. */
  apply(entities: readonly SnapshotEntity[], version: number, root: string): Promise<Applied>
  readonly status: Status
  /** Takes no more connections, lets requests under way end, hands over the last records. */
  stop(ms?: number): Promise<void>
}

/**
 * Starts a data plane: serves what is stored first, then listens, then asks the control plane. Rejects with CannotListen,
 * or with a sentence about the state folder.
 */
export const startRuntime = async (options: RuntimeOptions): Promise<Runtime> => {
  const { clock = nodeClock, log, controlPlane, entrances } = options
  const began = performance.now()
  const startedAt = clock.now()
  const records = createRecords()
  // First what can be wrong without anything having been started.
  const store = controlPlane ? await diskStore(controlPlane.home) : nowhere
  const serving = await servingOf(options, clock, records)
  const sync = syncOf(options, clock, records, serving, store)

  const restored = await sync?.restore()
  if (sync && sync.state.node_id === undefined && !controlPlane?.registrationToken) {
    await serving.stop(0)
    throw new InvalidOption(
      'this runtime belongs to no group yet: set TIDEGATE_REGISTRATION_TOKEN to a registration token of one',
    )
  }
  let local: LocalConfiguration = { version: 0, root: null, counts: {}, applied_at: undefined }
  const status = (): Status =>
    statusOf({ sync, local, serving, records, uptime: clock.now() - startedAt })

  const stopServing = async (ms: number) => {
    await sync?.stop()
    await serving.stop(ms)
  }
  const open = async () => {
    try {
      const ports = await serving.listen()
      return { ports, page: options.status && (await listenStatus(options.status, status)) }
    } catch (error) {
      await stopServing(0)
      throw error
    }
  }
  const { ports, page } = await open()
  const places = placesOf(entrances, options.status, ports, page?.port)
  log('info', places.length > 0 ? `listening on ${places.join(', ')}` : 'listening nowhere')

  if (restored) {
    const took = Math.round(performance.now() - began)
    log('info', `stored version ${restored} is served, ${took} ms after the start`)
  }

  const flush = sync && createFlush({ records, clock, send: sync.sendRecords })
  sync?.start()
  flush?.start()

  return {
    ports: { ...ports, status: page?.port },

    async apply(entities, version, root) {
      const applied = await serving.apply({ version, root, entities, change: undefined })
      if (applied.ok) local = { version, root, counts: countsOf(entities), applied_at: clock.now() }
      return applied
    },

    get status() {
      return status()
    },

    async stop(ms = STOP_MS) {
      await serving.stop(ms)
      await flush?.stop()
      await sync?.stop()
      await page?.stop()
    },
  }
}

const servingOf = (
  options: RuntimeOptions,
  clock: Clock,
  records: Records,
): Serving | Promise<Serving> => {
  const { entrances, log, workers, plugins = everyPlugin, controlPlane } = options
  const settings = { ...defaults, ...options.settings }
  if (workers && workers.count > 1)
    return startProcesses({
      ...workers,
      entrances,
      settings,
      clock,
      log,
      takeRecords: records.merge,
    })
  return createInProcess({
    entrances,
    settings,
    plugins,
    clock,
    log,
    fetch: options.fetch ?? fetch,
    resolve: options.resolve,
    counters: processCounters(clock.now),
    record: controlPlane ? records.add : () => {},
  })
}

const syncOf = (
  { controlPlane, log, ...options }: RuntimeOptions,
  clock: Clock,
  records: Records,
  serving: Serving,
  store: Store,
): Sync | undefined => {
  if (!controlPlane) return undefined
  return createSync({
    ...controlPlane,
    identity: { hostname: hostname(), version: softwareVersion, host: 'node' },
    fetch: options.fetch ?? fetch,
    clock,
    random: options.random ?? Math.random,
    store,
    log,
    apply: serving.apply,
    onRegistered: serving.identify,
    recordsDropped: () => records.dropped,
    defer: (work) => void work,
  })
}

const listenStatus = async (address: Address, status: () => Status) => {
  try {
    return await startStatus(address, status)
  } catch (error) {
    throw cannotListen(error, 'status', address)
  }
}

const placesOf = (
  { proxy, proxyTls }: Entrances,
  status: Address | undefined,
  ports: Ports,
  statusPort: number | undefined,
): string[] => {
  const places: string[] = []
  if (proxy && ports.proxy) places.push(urlOf('http', { ...proxy, port: ports.proxy }))
  if (proxyTls && ports.proxyTls) places.push(urlOf('https', { ...proxyTls, port: ports.proxyTls }))
  if (status && statusPort) places.push(`${urlOf('http', { ...status, port: statusPort })}/status`)
  return places
}

const countsOf = (entities: readonly SnapshotEntity[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { kind } of entities) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
