import type { Body } from './body.ts'
import type { HeaderList } from './headers.ts'
import type { TrafficRecord } from './record.ts'

/** A request as the host puts it on the wire to an upstream. */
export interface UpstreamCall {
  scheme: 'http' | 'https'
  host: string
  port: number
  method: string
  /** Raw path and query. */
  target: string
  /** All lines, Host included; framing (Content-Length, Transfer-Encoding, Connection) is the host's. */
  headers: HeaderList
  body: Body | undefined
  /** Milliseconds. */
  connect_timeout: number
  write_timeout: number
  read_timeout: number
  tls: UpstreamTls | undefined
  /** `origin` of the Arrival that the call is made for. */
  origin?: unknown
}

export interface UpstreamTls {
  server_name: string | undefined
  verify: boolean
  /** PEM of the authorities to verify with; undefined for the host's own. */
  authorities: string[] | undefined
  /** PEM of the certificate to show. */
  certificate: { cert: string; key: string } | undefined
}

export interface UpstreamAnswer {
  status: number
  reason: string | undefined
  headers: HeaderList
  body: Body | undefined
  /** Address that answered, when the host can tell. */
  ip: string | undefined
}

/** Why no answer came. `gone`: the client went away, which says nothing of the upstream. */
export class UpstreamFailure extends Error {
  /** `sent`: whether any byte of the request may have reached the upstream. */
  constructor(
    reason:
      | 'resolve'
      | 'connect'
      | 'connect_timeout'
      | 'write_timeout'
      | 'read_timeout'
      | 'reset'
      | 'invalid'
      | 'gone',
    detail: string,
    sent: boolean,
  ) {
    super(detail)
    this.name = 'UpstreamFailure'
    this.reason = reason
    this.sent = sent
  }
  readonly reason:
    | 'resolve'
    | 'connect'
    | 'connect_timeout'
    | 'write_timeout'
    | 'read_timeout'
    | 'reset'
    | 'invalid'
    | 'gone'
  readonly sent: boolean
}

/** A request that a plugin makes itself: log collectors, identity providers. Never for proxied traffic. */
export interface OutboundRequest {
  method: string
  url: string
  headers: Record<string, string>
  body: string | Uint8Array | undefined
  /** Milliseconds for the whole. */
  timeout: number
}

/** Counters that outlive configurations and are shared as far as the host can share them. */
export interface Counters {
  /** Current value; 0 when unknown or expired. */
  get(key: string): number
  /** Adds and answers the new value. The key is forgotten at `expires` (epoch milliseconds). */
  add(key: string, amount: number, expires: number): number
}

/** What a host gives the engine. Nothing else of the platform reaches it. */
export interface Host {
  readonly name: 'worker' | 'node'
  /** Facts of the process, for logs. */
  readonly node: { id: string; hostname: string; pid: number; version: string }
  /** Epoch milliseconds, with fractions where the platform has them. */
  now(): number
  call(call: UpstreamCall): Promise<UpstreamAnswer>
  fetch(request: OutboundRequest): Promise<{ status: number; text(): Promise<string> }>
  /** Keeps work alive after the answer left. Failures are logged. */
  defer(work: Promise<unknown>): void
  /** Runs later: at least this many milliseconds from now. Answers how to cancel it. */
  after(ms: number, run: () => void): () => void
  /** `digest` of snapshot.ts, as fast as the host can: it is made for each request that shows a key. */
  digest(secret: string): string
  readonly counters: Counters
  record(record: TrafficRecord): void
  log(
    level: 'debug' | 'info' | 'warn' | 'error',
    message: string,
    facts?: Record<string, unknown>,
  ): void
}
