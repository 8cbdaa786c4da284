import { hostname } from 'node:os'
import type { JWK } from 'jose'
import type { Applied } from '#engine/gateway'
import type { PluginType } from '#engine/plugin'
import { defaults, type Settings } from '#engine/settings'
import type { SnapshotEntity } from '#engine/snapshot'
import { plugins as everyPlugin } from '#plugins/index'
import { type Clock, systemClock } from '../shared/clock.ts'
import { createFlush } from '../shared/flush.ts'
import type { Log } from '../shared/log.ts'
import { createRecords } from '../shared/records.ts'
import { createSync, type Sync } from '../shared/sync.ts'
import { processCounters } from './counters.ts'
import { diskStore } from './disk.ts'
import { createInProcess } from './in-process.ts'
import { authorityOf, cannotListen } from './listening.ts'
import type { LogLevel } from './log.ts'
import type { Entrances, Ports } from './messages.ts'
import type { Address } from './options.ts'
import { startProcesses } from './processes.ts'
import type { Serving } from './serving.ts'
import { InvalidOption } from './settings.ts'
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
  workers?: { count: number; entry: string; log: { level: LogLevel; format: 'text' | 'json' } }
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
  const { clock = systemClock, log, controlPlane, entrances, workers } = options
  const began = performance.now()
  const startedAt = clock.now()
  const records = createRecords()
  const settings = { ...defaults, ...options.settings }
  const store = controlPlane && (await diskStore(controlPlane.home))

  const serving: Serving =
    workers && workers.count > 1
      ? await startProcesses({
          count: workers.count,
          entry: workers.entry,
          entrances,
          settings,
          workerLog: workers.log,
          clock,
          log,
          takeRecords: records.merge,
        })
      : createInProcess({
          entrances,
          settings,
          plugins: options.plugins ?? everyPlugin,
          clock,
          log,
          fetch: options.fetch ?? fetch,
          resolve: options.resolve,
          counters: processCounters(clock.now),
          record: controlPlane ? records.add : () => {},
        })

  const sync: Sync | undefined =
    controlPlane &&
    store &&
    createSync({
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
  const restored = await sync?.restore()
  if (sync && sync.state.node_id === undefined && !controlPlane?.registrationToken) {
    await serving.stop(0)
    throw new InvalidOption(
      'this runtime belongs to no group yet: set TIDEGATE_REGISTRATION_TOKEN to a registration token of one',
    )
  }
  if (restored) {
    const took = Math.round(performance.now() - began)
    log('info', `stored version ${restored} is served ${took} ms after the start`)
  }

  let local = { version: 0, root: null as string | null, counts: {}, applied_at: 0 }

  const status = (): Status => {
    const state = sync?.state
    const appliedAt = state ? state.applied_at : local.applied_at || undefined
    return {
      node_id: state?.node_id ?? null,
      hostname: hostname(),
      runtime_version: softwareVersion,
      host: 'node',
      version: state?.version ?? local.version,
      root: state?.root ?? local.root,
      counts: state?.counts ?? local.counts,
      applied_at: isoOf(appliedAt),
      refused: state?.refused ?? null,
      control_plane: state
        ? { connected: state.connected, last_contact: isoOf(state.last_contact) }
        : null,
      workers: serving.workers,
      ...serving.facts,
      uptime: Math.floor((clock.now() - startedAt) / 1000),
      records: { waiting: records.waiting, dropped: records.dropped },
    }
  }

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
  log('info', listeningLine(entrances, ports, options.status, page?.port))

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

const listenStatus = async (address: Address, status: () => Status) => {
  try {
    return await startStatus(address, status)
  } catch (error) {
    throw cannotListen(error, 'status', address)
  }
}

const listeningLine = (
  { proxy, proxyTls }: Entrances,
  ports: Ports,
  status: Address | undefined,
  statusPort: number | undefined,
): string => {
  const places = [
    url('http', proxy, ports.proxy),
    url('https', proxyTls, ports.proxyTls),
    url('http', status, statusPort, '/status'),
  ]
  return `listening on ${places.filter((place) => place !== undefined).join(', ')}`
}

const url = (
  scheme: string,
  address: Address | undefined,
  port: number | undefined,
  path = '',
): string | undefined =>
  address && port !== undefined
    ? `${scheme}://${authorityOf({ host: address.host, port })}${path}`
    : undefined

const countsOf = (entities: readonly SnapshotEntity[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { kind } of entities) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

const isoOf = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString()
