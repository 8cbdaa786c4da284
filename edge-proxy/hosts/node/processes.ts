import cluster from 'node:cluster'
import type { Applied } from '#engine/gateway'
import type { RecordsReport } from '#engine/protocol'
import type { Settings } from '#engine/settings'
import { backoff } from '../shared/backoff.ts'
import type { Candidate } from '../shared/candidate.ts'
import { type Clock, sleep } from '../shared/clock.ts'
import { Away } from '../shared/control-plane.ts'
import type { Log } from '../shared/log.ts'
import { ConfigurationRefused } from '../shared/refusal.ts'
import type { LogLevel } from './log.ts'
import type { Entrances, Facts, Ports } from './messages.ts'
import type { Serving } from './serving.ts'
import { forkWorker, type WorkerProcess } from './worker-process.ts'

/** A worker that lived at least this long is replaced at once. */
const STEADY_MS = 5000

export interface ProcessesOptions {
  count: number
  /** Script that runs `runWorker` in a worker process. */
  entry: string
  entrances: Entrances
  settings: Settings
  workerLog: { level: LogLevel; format: 'text' | 'json' }
  clock: Clock
  log: Log
  takeRecords: (report: RecordsReport) => void
}

/**
 * Serves by worker processes that share the listeners. A new snapshot goes to one of them first and only then to the
 * others: one that a worker cannot take, or dies of, reaches no other. A worker that ends is replaced, and its
 * replacement has the snapshot before it takes a connection.
 */
export const startProcesses = async (options: ProcessesOptions): Promise<Serving> => {
  const { count, entry, clock, log } = options
  cluster.setupPrimary({ exec: entry, args: [] })

  const workers = new Set<WorkerProcess>()
  const stopping = new AbortController()
  const pause = backoff(Math.random)
  let current: Candidate | undefined
  let node = ''
  let ports: Ports | undefined

  const start = async (): Promise<WorkerProcess> => {
    const worker = await forkWorker({
      ...options,
      counted(additions) {
        for (const other of workers)
          if (other !== worker) other.send({ type: 'counted', additions })
      },
    })
    worker.send({ type: 'identify', id: node })
    return worker
  }

  /** Brings a worker up to what the others serve, and lets it take connections with them. */
  const join = async (worker: WorkerProcess): Promise<void> => {
    while (current && worker.version !== current.version) await deliver(worker, current)
    if (ports) await worker.listen()
    workers.add(worker)
    watch(worker)
    // What came while it was on its way in.
    if (current && worker.version !== current.version) await deliver(worker, current)
  }

  const watch = (worker: WorkerProcess): void => {
    const since = clock.now()
    log('info', `worker process ${worker.pid} serves`)
    void worker.ended.then((how) => {
      workers.delete(worker)
      if (stopping.signal.aborted) return
      log('warn', `worker process ${worker.pid} ended (${how}); starting another`)
      void replace(clock.now() - since < STEADY_MS)
    })
  }

  const replace = async (soon: boolean): Promise<void> => {
    if (!soon) pause.reset()
    let wait = soon
    while (!stopping.signal.aborted) {
      if (wait) await sleep(clock, pause.next(), stopping.signal)
      wait = true
      if (stopping.signal.aborted) return
      try {
        await join(await start())
        return
      } catch (error) {
        log('error', `a worker process could not be started: ${(error as Error).message}`)
      }
    }
  }

  const deliver = async (worker: WorkerProcess, candidate: Candidate): Promise<void> => {
    const applied = await worker.apply(candidate)
    if (applied.ok) return
    const [problem] = applied.problems
    log(
      'error',
      `worker process ${worker.pid} would not take what another took: ${problem?.message}`,
    )
    worker.kill()
    throw new Error('it would not take the configuration')
  }

  const first = await Promise.allSettled(Array.from({ length: count }, start))
  const failure = first.find((result) => result.status === 'rejected')
  for (const result of first) if (result.status === 'fulfilled') workers.add(result.value)
  if (failure) {
    for (const worker of workers) worker.kill()
    throw failure.reason
  }
  for (const worker of workers) watch(worker)

  return {
    async apply(candidate): Promise<Applied> {
      const [trial] = workers
      // Worth another try later: none is up, or this is the end.
      if (!trial || stopping.signal.aborted) throw new Away('no worker process is up')
      const applied = await tryOn(trial, candidate)
      if (!applied.ok) return applied
      current = candidate
      const others = [...workers].filter((worker) => worker !== trial)
      // One that fails here ends, and its replacement gets what is current.
      await Promise.allSettled(others.map((worker) => deliver(worker, candidate)))
      return applied
    },

    async listen() {
      const all = await Promise.all([...workers].map((worker) => worker.listen()))
      ports = all[0] ?? { proxy: undefined, proxyTls: undefined }
      return ports
    },

    identify(id) {
      node = id
      for (const worker of workers) worker.send({ type: 'identify', id })
    },

    get facts() {
      return sumOf([...workers].map((worker) => worker.facts))
    },

    get workers() {
      return workers.size
    },

    async stop(ms) {
      stopping.abort()
      await Promise.all([...workers].map((worker) => worker.stop(ms)))
    },
  }
}

const tryOn = async (worker: WorkerProcess, candidate: Candidate): Promise<Applied> => {
  try {
    return await worker.apply(candidate)
  } catch (error) {
    throw new ConfigurationRefused(
      `a worker process could not load version ${candidate.version}: ${(error as Error).message}`,
    )
  }
}

const sumOf = (all: Facts[]): Facts => {
  const { rss, heapUsed } = process.memoryUsage()
  const sum: Facts = { connections: 0, requests: 0, memory: { rss, heap_used: heapUsed } }
  for (const { connections, requests, memory } of all) {
    sum.connections += connections
    sum.requests += requests
    sum.memory.rss += memory.rss
    sum.memory.heap_used += memory.heap_used
  }
  return sum
}
