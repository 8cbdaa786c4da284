import cluster from 'node:cluster'
import type { Applied } from '#engine/gateway'
import type { RecordsReport } from '#engine/protocol'
import type { Settings } from '#engine/settings'
import type { Candidate } from '../shared/candidate.ts'
import type { Clock } from '../shared/clock.ts'
import type { Addition } from './counters.ts'
import { CannotListen } from './listening.ts'
import type { LogLevel } from './log.ts'
import type { Entrances, Facts, FromWorker, Ports, ToWorker } from './messages.ts'
import { deliveryOf } from './received.ts'

/** A worker that does not answer for this long is ended. */
const ANSWER_MS = 30_000
/** What a worker gets to end beyond the time that it has for its requests. */
const END_MS = 2000

export interface ForkOptions {
  entrances: Entrances
  settings: Settings
  workerLog: { level: LogLevel; format: 'text' | 'json' }
  clock: Clock
  takeRecords: (report: RecordsReport) => void
  /** It counted this; the others should know. */
  counted: (additions: Addition[]) => void
}

/** A worker process, as the primary sees it. */
export interface WorkerProcess {
  readonly pid: number | undefined
  /** What it serves by; 0 before the first. */
  readonly version: number
  readonly facts: Facts
  /** Resolves when the process is gone, with how it went. */
  readonly ended: Promise<string>
  send(message: ToWorker): void
  /** Rejects when it cannot try, ends, or does not answer in 30 s and is ended. */
  apply(candidate: Candidate): Promise<Applied>
  /** Rejects with CannotListen, or when it ends. */
  listen(): Promise<Ports>
  stop(ms: number): Promise<void>
  kill(): void
}

/** Starts a worker process; resolves when it is there and knows what to do. */
export const forkWorker = async (options: ForkOptions): Promise<WorkerProcess> => {
  const { clock, entrances, settings, workerLog } = options
  const child = cluster.fork()
  const answers = new Map<FromWorker['type'], (message: FromWorker) => void>()
  let version = 0
  let root: string | undefined
  let facts: Facts = { connections: 0, requests: 0, memory: { rss: 0, heap_used: 0 } }

  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    child.once('error', (error) => resolve(error.message))
  })
  const send = (message: ToWorker): void => {
    // It may be gone already, which `ended` tells.
    if (child.isConnected()) child.send(message, () => {})
  }
  const kill = (): void => void child.process.kill('SIGKILL')

  /** Waits for the next message of one of these types. */
  const next = async (...types: FromWorker['type'][]): Promise<FromWorker> => {
    let cancel = () => {}
    const answer = new Promise<FromWorker>((resolve, reject) => {
      for (const type of types) answers.set(type, resolve)
      cancel = clock.after(ANSWER_MS, () => {
        kill()
        reject(new Error(`it did not answer in ${ANSWER_MS} ms`))
      })
    })
    const gone = ended.then((how) => {
      throw new Error(`it ended: ${how}`)
    })
    try {
      return await Promise.race([answer, gone])
    } finally {
      cancel()
      for (const type of types) answers.delete(type)
    }
  }

  child.on('message', (message: FromWorker) => {
    if (message.type === 'facts') facts = message.facts
    else if (message.type === 'records') options.takeRecords(message.report)
    else if (message.type === 'counted') options.counted(message.additions)
    else answers.get(message.type)?.(message)
  })

  await next('ready')
  send({ type: 'start', entrances, settings, log: workerLog })

  let applying: Promise<unknown> = Promise.resolve()

  return {
    get pid() {
      return child.process.pid
    },
    get version() {
      return version
    },
    get facts() {
      return facts
    },
    ended,
    send,

    apply(candidate) {
      const turn = applying.then(async (): Promise<Applied> => {
        send({ type: 'apply', delivery: deliveryOf(candidate, root) })
        const message = await next('applied', 'cannot_apply')
        if (message.type === 'cannot_apply') throw new Error(message.message)
        if (message.type !== 'applied') throw new Error(`it answered ${message.type}`)
        if (message.applied.ok) {
          version = candidate.version
          root = candidate.root
        }
        return message.applied
      })
      applying = turn.catch(() => {})
      return turn
    },

    async listen() {
      send({ type: 'listen' })
      const message = await next('listening', 'cannot_listen')
      if (message.type === 'listening') return message.ports
      throw new CannotListen(message.type === 'cannot_listen' ? message.message : message.type)
    },

    async stop(ms) {
      send({ type: 'stop', ms })
      const cancel = clock.after(ms + END_MS, kill)
      await ended
      cancel()
    },

    kill,
  }
}
