import type {
  ConfigAnswer,
  RecordsReport,
  RegisterRequest,
  Registration,
  SnapshotAnswer,
  StatusReport,
} from '#engine/protocol'
import { parseConfig, parseRegistration, parseSnapshot } from './answers.ts'
import type { Clock } from './clock.ts'

const CALL_MS = 10_000
/** A whole snapshot may be large and the line thin. */
const SNAPSHOT_MS = 60_000

/** The control plane did not answer, or not with what the protocol says. Worth another try later. */
export class Away extends Error {
  override name = 'Away'
}

/** The control plane will not have what was sent, however often it is sent. */
export class Unwanted extends Away {
  override name = 'Unwanted'
}

/** Statuses that say that the request itself is at fault. */
const atFault = new Set([400, 413, 415, 422])

/** The control plane does not know this token, or no longer. */
export class Unauthorized extends Error {
  override name = 'Unauthorized'
}

export interface ControlPlaneOptions {
  /** Base URL. */
  url: string
  fetch: typeof fetch
  clock: Clock
  /** Ends calls that are under way when the runtime stops. */
  signal: AbortSignal
}

/** The calls of engine/protocol.ts. Each throws Away or Unauthorized. */
export interface ControlPlane {
  register(token: string, request: RegisterRequest): Promise<Registration>
  /** Waits up to `wait` seconds for a version above `version`, or for that one signed after `issued`; undefined when none came. */
  config(
    token: string,
    version: number,
    wait: number,
    issued: string | undefined,
  ): Promise<ConfigAnswer | undefined>
  snapshot(token: string, root: string, base: string | undefined): Promise<SnapshotAnswer>
  status(token: string, report: StatusReport): Promise<void>
  records(token: string, report: RecordsReport): Promise<void>
}

export const controlPlane = ({ url, fetch, clock, signal }: ControlPlaneOptions): ControlPlane => {
  const base = url.replace(/\/+$/, '')

  const call = async (
    method: 'GET' | 'POST',
    path: string,
    token: string,
    ms: number,
    sent?: unknown,
  ): Promise<unknown> => {
    const limit = new AbortController()
    const stop = () => limit.abort()
    const cancel = clock.after(ms, stop)
    signal.addEventListener('abort', stop)
    try {
      if (signal.aborted) limit.abort()
      const answer = await fetch(base + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        },
        signal: limit.signal,
        redirect: 'manual',
        ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      })
      const text = await answer.text()
      if (answer.status === 401) throw new Unauthorized(`${method} ${path} answered 401`)
      if (answer.status === 204) return undefined
      if (answer.status !== 200 && answer.status !== 201)
        throw failureOf(
          answer.status,
          `${method} ${path} answered ${answer.status}${detailOf(text)}`,
        )
      return JSON.parse(text)
    } catch (error) {
      if (error instanceof Away || error instanceof Unauthorized) throw error
      if (signal.aborted) throw new Away('the runtime is stopping')
      if (limit.signal.aborted) throw new Away(`${method} ${path} did not answer in ${ms} ms`)
      throw new Away(`${method} ${path}: ${reasonOf(error)}`)
    } finally {
      cancel()
      signal.removeEventListener('abort', stop)
    }
  }

  return {
    register: async (token, request) =>
      parseRegistration(await call('POST', '/runtime/v1/register', token, CALL_MS, request)),

    async config(token, version, wait, issued) {
      const since = issued === undefined ? '' : `&issued=${encodeURIComponent(issued)}`
      const path = `/runtime/v1/config?version=${version}&wait=${wait}${since}`
      const answer = await call('GET', path, token, wait * 1000 + CALL_MS)
      return answer === undefined ? undefined : parseConfig(answer)
    },

    async snapshot(token, root, from) {
      const path = `/runtime/v1/snapshots/${root}${from ? `?base=${from}` : ''}`
      return parseSnapshot(await call('GET', path, token, SNAPSHOT_MS))
    },

    async status(token, report) {
      await call('POST', '/runtime/v1/status', token, CALL_MS, report)
    },

    async records(token, report) {
      await call('POST', '/runtime/v1/records', token, CALL_MS, report)
    },
  }
}

const failureOf = (status: number, message: string): Away =>
  atFault.has(status) ? new Unwanted(message) : new Away(message)

/** What an error body says for people, as far as it can be shown on a line. */
const detailOf = (text: string): string => {
  try {
    const { detail, message, title } = JSON.parse(text) as Record<string, unknown>
    const words = [detail, message, title].find((value) => typeof value === 'string')
    return words ? `: ${String(words).slice(0, 200)}` : ''
  } catch {
    return ''
  }
}

/** `fetch` hides the reason of a failed connection in `cause`. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? `: ${causeOf(error.cause)}` : ''
  return error.message + cause
}

const causeOf = (cause: Error & { code?: string }): string =>
  cause.message || cause.code || cause.name
