import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Body } from '#engine/body'
import { type UpstreamAnswer, type UpstreamCall, UpstreamFailure } from '#engine/host'
import { AnswerReader, type AnswerTaker } from './answer-reader.ts'
import type { ByteSource } from './byte-source.ts'
import type { Deadlines, Watched } from './deadlines.ts'
import { connectLean } from './lean-socket.ts'
import { MessageWriter, type WriterKeeper } from './message-writer.ts'
import type { ResponseHead } from './response-head.ts'
import type { Destination } from './upstream-pool.ts'
import { writeRequestHead } from './upstream-request.ts'

/** One call on its way: whom the connection tells how it ended. */
export interface Flight {
  readonly call: UpstreamCall
  answered(answer: UpstreamAnswer): void
  failed(failure: UpstreamFailure, connection: UpstreamConnection, unanswered: boolean): void
}

/** Whom a connection belongs to: it comes back when it can serve again, or is struck off. */
export interface Owner {
  readonly deadlines: Deadlines
  readonly idleTimeout: number
  readonly requestsPerConnection: number
  idle(connection: UpstreamConnection): boolean
  closed(connection: UpstreamConnection): void
}

const CONNECTING = 0
const IDLE = 1
/** A request is on its way, or was sent. */
const AWAITING = 2
/** The head of the answer came, the body is coming. */
const ANSWERING = 3
const CLOSED = 4

const dropped = new Error('nobody reads the answer')

/** A connection to an upstream, and the request and answer that are on it now. */
export class UpstreamConnection implements Watched, AnswerTaker, WriterKeeper {
  deadline = 0
  readonly destination: Destination
  private readonly owner: Owner
  private readonly socket: Socket
  private readonly reader: AnswerReader
  private readonly writer: MessageWriter
  private phase = CONNECTING
  private flight: Flight | undefined
  private requests = 0
  /** Whether the request was sent to its end, and whether the upstream does not take more of it for now. */
  private sent = true
  private isStalled = false
  /** Of the answer: whether the connection stays open, and how long it may be kept. */
  private persistent = false
  private idleFor = 0
  private paused = false

  constructor(owner: Owner, destination: Destination, flight: Flight) {
    this.owner = owner
    this.destination = destination
    this.flight = flight
    this.reader = new AnswerReader(this)
    const socket = this.open()
    this.socket = socket
    this.writer = new MessageWriter(socket, this)
    socket.on('end', () => {
      if (this.phase !== ANSWERING || !this.reader.ended()) this.broken(ENDED)
    })
    socket.on('error', (error) => this.broken(error.message))
    socket.on('close', () => this.broken(ENDED))
    owner.deadlines.watch(this)
    this.allow(flight.call.connect_timeout)
  }

  /** Whether it served a request before the one that it has now. */
  get reused(): boolean {
    return this.requests > 1
  }

  get heldBytes(): number {
    return this.reader.heldBytes + this.socket.writableLength
  }

  /** Sends a request on an idle connection. */
  send(flight: Flight): void {
    this.flight = flight
    this.start()
  }

  /** Ends it, whatever it does. Its flight is not told. */
  destroy(): void {
    if (this.phase === CLOSED) return
    this.phase = CLOSED
    this.flight = undefined
    this.deadline = 0
    this.owner.deadlines.forget(this)
    this.owner.closed(this)
    this.writer.cancel()
    this.socket.destroy()
  }

  /** Ends it when it is still with that flight, whose client went away or read no further. */
  drop(flight: Flight): void {
    if (this.flight === flight) this.abandon(dropped)
  }

  expire(): void {
    switch (this.phase) {
      case CONNECTING:
        this.giveUp('connect_timeout', 'connecting to the upstream took too long')
        break
      case AWAITING:
        if (this.isStalled) this.giveUp('write_timeout', 'the upstream did not take the request')
        else this.giveUp('read_timeout', 'the upstream did not answer in time')
        break
      case ANSWERING:
        this.giveUp('read_timeout', 'the upstream stopped in the middle of its answer')
        break
      default:
        this.destroy()
    }
  }

  private open(): Socket {
    const { ip, port, tls } = this.destination
    const receive = (bytes: Buffer) => this.receive(bytes)
    if (!tls) {
      const socket = connectLean({ host: ip, port, noDelay: true }, receive)
      socket.once('connect', () => this.start())
      return socket
    }
    const socket = connectTls({
      host: ip,
      port,
      servername: tls.serverName,
      rejectUnauthorized: tls.verify,
      secureContext: tls.context,
      session: tls.session,
      ALPNProtocols: ['http/1.1'],
    })
    socket.setNoDelay(true)
    socket.on('session', (session) => {
      tls.session = session
    })
    socket.once('secureConnect', () => this.start())
    socket.on('data', receive)
    return socket
  }

  private start(): void {
    const { flight } = this
    if (!flight) return
    const { call } = flight
    const { body } = call
    const head = writeRequestHead(call)
    if (head === undefined) {
      this.giveUp('invalid', 'method or target cannot be sent')
      return
    }
    this.phase = AWAITING
    this.requests++
    this.sent = false
    this.isStalled = false
    this.deadline = 0
    this.reader.expect(call.method)
    this.writer.write(head, body, body?.length === undefined)
  }

  stalled(stalled: boolean): void {
    this.isStalled = stalled
    this.limitTurn()
  }

  delivered(): void {
    this.sent = true
    this.limitTurn()
  }

  /** The body of the request ended before its end. */
  truncated(error: Error): void {
    this.giveUp('reset', error.message)
  }

  /** How long the upstream has for what is its turn: to take the request, or to answer it. */
  private limitTurn(): void {
    const { flight } = this
    if (!flight || this.phase !== AWAITING) return
    if (this.isStalled) this.allow(flight.call.write_timeout)
    else if (this.sent) this.allow(flight.call.read_timeout)
    else this.deadline = 0
  }

  private allow(ms: number): void {
    this.deadline = this.owner.deadlines.in(ms)
  }

  private receive(bytes: Buffer): void {
    const { phase, flight } = this
    if (!flight || (phase !== AWAITING && phase !== ANSWERING)) {
      // Bytes that answer no request: nothing on this connection can be believed.
      this.destroy()
      return
    }
    if (phase === ANSWERING) this.allow(flight.call.read_timeout)
    else this.limitTurn()
    this.reader.receive(bytes)
  }

  answered(head: ResponseHead, source: ByteSource | undefined): void {
    const { flight } = this
    if (!flight) return
    const { status, reason, headers, bodyLength } = head
    this.phase = ANSWERING
    this.persistent = head.persistent
    this.idleFor = idleTime(headers.get('keep-alive'), this.owner.idleTimeout)
    this.allow(flight.call.read_timeout)
    const length = bodyLength < 0 ? undefined : bodyLength
    const body = source && new Body(source, length, () => source.collect())
    flight.answered({ status, reason, headers, body, ip: this.destination.ip })
  }

  whole(extra: number): void {
    if (this.phase === CLOSED) return
    const again =
      this.persistent &&
      this.sent &&
      !this.isStalled &&
      extra === 0 &&
      this.requests < this.owner.requestsPerConnection
    this.flight = undefined
    this.phase = IDLE
    if (again && this.owner.idle(this)) {
      this.allow(this.idleFor)
      if (this.paused) this.unpause()
    } else this.destroy()
  }

  malformed(detail: string): void {
    this.giveUp('invalid', detail)
  }

  private broken(detail: string): void {
    switch (this.phase) {
      case CONNECTING:
        this.giveUp('connect', detail)
        break
      case AWAITING:
      case ANSWERING:
        this.giveUp('reset', detail)
        break
      default:
        this.destroy()
    }
  }

  /** Ends the connection, and tells its flight, or the reader of its answer, why. */
  private giveUp(reason: UpstreamFailure['reason'], detail: string): void {
    const { flight, phase } = this
    const sent = phase === AWAITING || phase === ANSWERING
    const failure = new UpstreamFailure(reason, detail, sent)
    if (phase === ANSWERING) {
      this.abandon(failure)
      return
    }
    const unanswered = phase === AWAITING && !this.reader.begun
    this.destroy()
    flight?.failed(failure, this, unanswered)
  }

  private abandon(error: Error): void {
    this.destroy()
    this.reader.abort(error)
  }

  wanted(): void {
    if (this.paused) this.deadline = 0
  }

  pause(): void {
    this.paused = true
    this.socket.pause()
    // A slow client is the client side's matter; a body that nobody reads must not hold the connection for ever.
    if (this.reader.isRead) this.deadline = 0
  }

  resume(): void {
    if (this.phase !== ANSWERING || !this.flight) return
    this.unpause()
    this.allow(this.flight.call.read_timeout)
  }

  cancelled(): void {
    this.destroy()
  }

  private unpause(): void {
    this.paused = false
    this.socket.resume()
  }
}

const ENDED = 'the upstream closed the connection'

/**
 * How long a connection may wait for its next request. An upstream that says when it will close (`Keep-Alive: timeout=5`)
 * is left a second before that, so that no request meets the closing.
 */
const idleTime = (announced: string | undefined, most: number): number => {
  const seconds = announced === undefined ? undefined : /timeout=(\d{1,6})/i.exec(announced)?.[1]
  return seconds === undefined ? most : Math.min(most, Math.max(500, Number(seconds) * 1000 - 1000))
}
