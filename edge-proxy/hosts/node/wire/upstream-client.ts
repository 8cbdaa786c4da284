import { type UpstreamAnswer, type UpstreamCall, UpstreamFailure } from '#engine/host'
import { ClientLink } from './client-link.ts'
import { Deadlines } from './deadlines.ts'
import { addressParts, createResolver, type Resolve } from './resolver.ts'
import { type Flight, type Owner, UpstreamConnection } from './upstream-connection.ts'
import { type Destination, Destinations, tlsOf } from './upstream-pool.ts'
import { isReplayable } from './upstream-request.ts'

export interface UpstreamClientOptions {
  /** Addresses of a name; by default the system's resolver behind a small cache. */
  resolve?: Resolve
  /** Idle connections kept for each destination. */
  idle_limit?: number
  /** How long one is kept idle; milliseconds. */
  idle_timeout?: number
  /** Requests before a connection is closed. */
  requests_per_connection?: number
  deadlines?: Deadlines
}

export interface UpstreamClient {
  /** Sends a request and answers when the head of the answer is there. Rejects with an UpstreamFailure. */
  call(call: UpstreamCall): Promise<UpstreamAnswer>
  /** Connections now, those idle, and bytes held for slow readers. */
  stats(): { connections: number; idle: number; held_bytes: number }
  /** Closes idle connections, and the others after their answers. */
  close(): void
}

/** Names whose turn is remembered. */
const MOST_TURNS = 4096

/** Methods that are not sent twice by themselves, as in nginx. */
const onceOnly = new Set(['POST', 'LOCK', 'PATCH'])

/** The client side of the wire: HTTP/1.1 to upstreams over pools of kept-alive connections. */
export const createUpstreamClient = (options: UpstreamClientOptions = {}): UpstreamClient => {
  const pools = new Pools(options)
  return {
    call: (call) =>
      new Promise((resolve, reject) => new Call(pools, call, resolve, reject).start()),
    stats: () => pools.stats(),
    close: () => pools.close(),
  }
}

class Pools implements Owner {
  readonly deadlines: Deadlines
  readonly idleTimeout: number
  readonly requestsPerConnection: number
  readonly resolve: Resolve
  readonly destinations = new Destinations()
  private readonly idleLimit: number
  private readonly connections = new Set<UpstreamConnection>()
  private closing = false
  private readonly turns = new Map<string, number>()

  constructor(options: UpstreamClientOptions) {
    this.deadlines = options.deadlines ?? new Deadlines()
    this.idleLimit = options.idle_limit ?? 512
    this.idleTimeout = options.idle_timeout ?? 60_000
    this.requestsPerConnection = options.requests_per_connection ?? 10_000
    this.resolve = options.resolve ?? createResolver()
  }

  /** One of the addresses of a name, each in its turn. */
  pick(host: string, addresses: readonly string[]): string {
    if (addresses.length === 1) return addresses[0] as string
    const turn = (this.turns.get(host) ?? -1) + 1
    if (this.turns.size >= MOST_TURNS) this.turns.clear()
    this.turns.set(host, turn)
    return addresses[turn % addresses.length] as string
  }

  /** Puts the call on a connection: an idle one, else (or when it must be) a fresh one. */
  board(destination: Destination, flight: Flight, fresh: boolean): UpstreamConnection {
    const waiting = fresh ? undefined : destination.idle.pop()
    if (waiting) {
      waiting.send(flight)
      return waiting
    }
    const connection = new UpstreamConnection(this, destination, flight)
    destination.open++
    this.connections.add(connection)
    return connection
  }

  idle(connection: UpstreamConnection): boolean {
    const { idle } = connection.destination
    if (this.closing || idle.length >= this.idleLimit) return false
    idle.push(connection)
    return true
  }

  closed(connection: UpstreamConnection): void {
    if (!this.connections.delete(connection)) return
    const { destination } = connection
    const at = destination.idle.indexOf(connection)
    if (at >= 0) destination.idle.splice(at, 1)
    if (--destination.open === 0) this.destinations.forget(destination)
  }

  stats() {
    let idle = 0
    let held_bytes = 0
    const seen = new Set<Destination>()
    for (const connection of this.connections) {
      held_bytes += connection.heldBytes
      const { destination } = connection
      if (seen.has(destination)) continue
      seen.add(destination)
      idle += destination.idle.length
    }
    return { connections: this.connections.size, idle, held_bytes }
  }

  close(): void {
    this.closing = true
    for (const { destination } of [...this.connections]) {
      for (const connection of [...destination.idle]) connection.destroy()
    }
  }
}

/** One call, over as many connections as it takes. */
class Call implements Flight {
  readonly call: UpstreamCall
  private readonly pools: Pools
  private readonly resolve: (answer: UpstreamAnswer) => void
  private readonly reject: (failure: UpstreamFailure) => void
  private readonly client: ClientLink | undefined
  private connection: UpstreamConnection | undefined
  private again = true
  private settled = false

  constructor(
    pools: Pools,
    call: UpstreamCall,
    resolve: (answer: UpstreamAnswer) => void,
    reject: (failure: UpstreamFailure) => void,
  ) {
    this.pools = pools
    this.call = call
    this.resolve = resolve
    this.reject = reject
    this.client = call.origin instanceof ClientLink ? call.origin : undefined
  }

  start(): void {
    if (this.client) {
      if (this.client.gone) {
        this.reject(new UpstreamFailure('gone', 'the client went away', false))
        return
      }
      this.client.call = this
    }
    let addresses: readonly string[] | Promise<readonly string[]>
    try {
      addresses = this.pools.resolve(this.call.host, this.call.port)
    } catch (error) {
      this.unresolved(error)
      return
    }
    if (addresses instanceof Promise) {
      addresses.then(
        (found) => this.resolved(found),
        (error: unknown) => this.unresolved(error),
      )
    } else this.resolved(addresses)
  }

  /** The client went away, or its answer is over. */
  cancel(): void {
    this.connection?.drop(this)
    if (!this.settled) this.reject(new UpstreamFailure('gone', 'the client went away', true))
    this.settled = true
  }

  answered(answer: UpstreamAnswer): void {
    this.settled = true
    this.resolve(answer)
  }

  failed(failure: UpstreamFailure, connection: UpstreamConnection, unanswered: boolean): void {
    // The upstream closed a kept connection just when it was taken: that says nothing about the upstream.
    const stale = failure.reason === 'reset' && unanswered && connection.reused
    if (stale && this.again && !onceOnly.has(this.call.method) && isReplayable(this.call)) {
      this.again = false
      const { ip, port } = connection.destination
      this.board(ip, port, true)
      return
    }
    this.refuse(failure)
  }

  private refuse(failure: UpstreamFailure): void {
    this.settled = true
    this.reject(failure)
  }

  private resolved(addresses: readonly string[]): void {
    if (this.settled) return
    if (addresses.length === 0) {
      this.unresolved(new Error(`no address for ${this.call.host}`))
      return
    }
    const { ip, port } = addressParts(this.pools.pick(this.call.host, addresses), this.call.port)
    this.board(ip, port, false)
  }

  private board(ip: string, port: number, fresh: boolean): void {
    const { call, pools } = this
    try {
      const destination = pools.destinations.find(ip, port, tlsOf(call.scheme, call.tls))
      this.connection = pools.board(destination, this, fresh)
    } catch (error) {
      // A port, certificate or key that Node does not take.
      this.refuse(new UpstreamFailure('connect', messageOf(error), false))
    }
  }

  private unresolved(error: unknown): void {
    this.refuse(new UpstreamFailure('resolve', messageOf(error), false))
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
