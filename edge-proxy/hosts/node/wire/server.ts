import { createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { Arrival, ExchangeResponse } from '#engine/exchange'
import type { HeaderList } from '#engine/headers'
import type { CertificateStore } from './certificate-store.ts'
import { ClientConnection, type Entrance } from './client-connection.ts'
import { Deadlines } from './deadlines.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { plainErrorPage } from './plain-error-page.ts'

/** What a request handler answers with: an Exchange of the engine is one. */
export interface Handled {
  response: ExchangeResponse | undefined
}

export interface ServerOptions<H extends Handled> {
  /** Deals with a request. A rejection is a bug: it becomes a 500. */
  onRequest(arrival: Arrival): H | Promise<H>
  /** Called once for each handled request: the last byte left, or the client did. */
  onFinish?(handled: H, sentBytes: number): void
  /** The answer to a request that the wire refuses: 400, 405, 413, 414, 501, 505, and 500 for a handler that failed. */
  errorPage?(status: number, headers: HeaderList): ExchangeResponse
  /** What a handler rejected with. */
  onFault?(error: unknown): void
  limits?: Partial<Limits>
  deadlines?: Deadlines
}

export interface ListenOptions {
  /** 0 for any free one. */
  port: number
  address: string
  /** Port as clients see it; by default the one listened on. */
  visible_port?: number
  /** Speaks TLS, with these certificates. */
  tls?: CertificateStore
  /** Lets several processes listen on the same port. */
  reuse_port?: boolean
}

export interface Server {
  /** Begins to listen; several times for several ports. Answers the port. Rejects when it is in use. */
  listen(options: ListenOptions): Promise<number>
  /**
   * Stops accepting, lets requests under way end with `Connection: close`, then ends. Who is not ready after `graceMs` is
   * cut off.
   */
  close(graceMs?: number): Promise<void>
  /** Connections now and since the start, those with a request under way, requests since the start, bytes held. */
  stats(): {
    connections: number
    accepted: number
    active: number
    requests: number
    held_bytes: number
  }
}

/** What a connection needs of its server. */
export interface Keeper<H extends Handled> {
  readonly limits: Limits
  readonly deadlines: Deadlines
  readonly closing: boolean
  handle(arrival: Arrival): H | Promise<H>
  finish(handled: H, sentBytes: number): void
  page(status: number, headers: HeaderList): ExchangeResponse
  fault(error: unknown): void
  closed(connection: ClientConnection<H>): void
}

/** The client side of the wire: an HTTP/1.1 server on bare sockets. */
export const createServer = <H extends Handled>(options: ServerOptions<H>): Server =>
  new WireServer(options)

class WireServer<H extends Handled> implements Server, Keeper<H> {
  readonly limits: Limits
  readonly deadlines: Deadlines
  closing = false
  private readonly options: ServerOptions<H>
  private readonly listeners: NetServer[] = []
  private readonly connections = new Set<ClientConnection<H>>()
  private readonly handshakes = new Map<string, Socket>()
  private accepted = 0
  private requests = 0
  private readonly waiting: (() => void)[] = []

  constructor(options: ServerOptions<H>) {
    this.options = options
    this.limits = { ...defaultLimits, ...options.limits }
    this.deadlines = options.deadlines ?? new Deadlines()
  }

  async listen({ port, address, visible_port, tls, reuse_port }: ListenOptions): Promise<number> {
    const entrance: Entrance = { scheme: tls ? 'https' : 'http', port: 0, tls: undefined }
    const settings = { allowHalfOpen: true, noDelay: true }
    const listener = tls
      ? createTlsServer(
          { ...settings, ...tls.options, handshakeTimeout: this.limits.header_timeout },
          (socket) => {
            this.handshakes.delete(peerOf(socket))
            this.accept(socket, { ...entrance, tls: tlsFacts(socket) })
          },
        )
      : createNetServer({ ...settings, pauseOnConnect: true }, (socket) =>
          this.accept(socket, entrance),
        )
    if (tls) this.watchHandshakes(listener)
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject)
      listener.listen(
        { port, host: address, backlog: 4096, reusePort: reuse_port ?? false },
        () => {
          listener.off('error', reject)
          resolve()
        },
      )
    })
    listener.on('error', (error) => this.fault(error))
    this.listeners.push(listener)
    const bound = listener.address()
    const own = typeof bound === 'object' && bound ? bound.port : port
    entrance.port = visible_port ?? own
    return own
  }

  close(graceMs = 10_000): Promise<void> {
    this.closing = true
    for (const listener of this.listeners.splice(0)) listener.close()
    for (const connection of this.connections) connection.retire()
    for (const socket of this.handshakes.values()) socket.destroy()
    const cut = setTimeout(() => {
      for (const connection of this.connections) connection.destroy()
    }, graceMs)
    return this.empty().finally(() => clearTimeout(cut))
  }

  stats() {
    let active = 0
    let held_bytes = 0
    for (const connection of this.connections) {
      if (connection.isBusy) active++
      held_bytes += connection.heldBytes
    }
    const { accepted, requests } = this
    return { connections: this.connections.size, accepted, active, requests, held_bytes }
  }

  handle(arrival: Arrival): H | Promise<H> {
    this.requests++
    return this.options.onRequest(arrival)
  }

  finish(handled: H, sentBytes: number): void {
    try {
      this.options.onFinish?.(handled, sentBytes)
    } catch (error) {
      this.fault(error)
    }
  }

  page(status: number, headers: HeaderList): ExchangeResponse {
    return (this.options.errorPage ?? plainErrorPage)(status, headers)
  }

  fault(error: unknown): void {
    this.options.onFault?.(error)
  }

  closed(connection: ClientConnection<H>): void {
    this.connections.delete(connection)
    if (this.connections.size > 0) return
    for (const resolve of this.waiting.splice(0)) resolve()
  }

  private empty(): Promise<void> {
    if (this.connections.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  private accept(socket: Socket, entrance: Entrance): void {
    if (this.closing) {
      socket.destroy()
      return
    }
    this.accepted++
    this.connections.add(new ClientConnection(this, socket, entrance))
  }

  /** Sockets that have not finished their handshake are not connections yet, and still must not outlive the server. */
  private watchHandshakes(listener: NetServer): void {
    listener.on('connection', (socket: Socket) => {
      const peer = peerOf(socket)
      this.handshakes.set(peer, socket)
      socket.once('close', () => this.handshakes.delete(peer))
    })
    listener.on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy())
  }
}

/** The same for a TLS socket and the plain one below it. */
const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`

const tlsFacts = (socket: TLSSocket) => {
  // Node answers false when the client named no server.
  const { servername } = socket as { servername?: string | false }
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    sni: servername || undefined,
    client_verify: 'NONE',
  }
}
