import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Body } from '#engine/body'
import { type UpstreamAnswer, type UpstreamCall, UpstreamFailure } from '#engine/host'
import { type ByteOrigin, type ByteSink, ByteSource } from './byte-source.ts'
import { ChunkedDecoder } from './chunked-decoder.ts'
import type { Deadlines, Watched } from './deadlines.ts'
import { LineMemo } from './header-lines.ts'
import { connectLean } from './lean-socket.ts'
import { JOINED_BYTES } from './limits.ts'
import { asBuffer, frameChunk, LAST_CHUNK } from './message-lines.ts'
import { CHUNKED, type ResponseHead, readResponseHead, UNTIL_CLOSE } from './response-head.ts'
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
const AWAITING = 2
const ANSWERING = 3
const CLOSED = 4

const HEAD_BYTES = 64 * 1024
const INTERIM_ANSWERS = 16

const dropped = new Error('nobody reads the answer')

/** A connection to an upstream, and the request and answer that are on it now. */
export class UpstreamConnection implements Watched, ByteOrigin, ByteSink {
  deadline = 0
  readonly destination: Destination
  private readonly owner: Owner
  private readonly socket: Socket
  private phase = CONNECTING
  private flight: Flight | undefined
  private requests = 0

  private outgoing: ByteSource | undefined
  private chunkedOut = false
  private sent = true
  private needsDrain = false

  private readonly memo = new LineMemo()
  private held: Buffer | undefined
  private interim = 0
  private incoming: ByteSource | undefined
  private left = 0
  private decoder: ChunkedDecoder | undefined
  private persistent = false
  private idleFor = 0
  private touched = false
  private paused = false

  constructor(owner: Owner, destination: Destination, flight: Flight) {
    this.owner = owner
    this.destination = destination
    this.flight = flight
    this.deadline = owner.deadlines.in(flight.call.connect_timeout)
    this.socket = this.open()
    this.socket.on('drain', () => this.drained())
    this.socket.on('end', () => this.ended())
    this.socket.on('error', (error) => this.broken(error.message))
    this.socket.on('close', () => this.broken('the upstream closed the connection'))
    owner.deadlines.watch(this)
  }

  /** Whether it served a request before the one that it has now. */
  get reused(): boolean {
    return this.requests > 1
  }

  get heldBytes(): number {
    return (this.incoming?.held ?? 0) + this.socket.writableLength
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
    this.outgoing?.cancel()
    this.socket.destroy()
  }

  /** Ends it when it is still with that flight, whose client went away or read no further. */
  drop(flight: Flight): void {
    if (this.flight === flight) this.abandon(dropped)
  }

  private abandon(error: Error): void {
    const { incoming } = this
    this.destroy()
    incoming?.abort(error)
  }

  expire(): void {
    switch (this.phase) {
      case CONNECTING:
        this.giveUp('connect_timeout', 'connecting to the upstream took too long')
        break
      case AWAITING:
        if (this.needsDrain) this.giveUp('write_timeout', 'the upstream did not take the request')
        else this.giveUp('read_timeout', 'the upstream did not answer in time')
        break
      case ANSWERING:
        this.abandon(new Error('the upstream stopped in the middle of its answer'))
        break
      default:
        this.destroy()
    }
  }

  private open(): Socket {
    const { ip, port, tls } = this.destination
    if (!tls) {
      const socket = connectLean({ host: ip, port, noDelay: true }, (bytes) => this.receive(bytes))
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
    socket.on('data', (bytes) => this.receive(bytes))
    return socket
  }

  private start(): void {
    const { flight, socket } = this
    if (!flight) return
    const { call } = flight
    const head = writeRequestHead(call)
    if (head === undefined) {
      this.giveUp('invalid', 'method or target cannot be sent')
      return
    }
    this.phase = AWAITING
    this.requests++
    this.touched = false
    this.interim = 0
    this.sent = true
    this.needsDrain = false
    const { body } = call
    if (!body) {
      this.written(socket.write(head, 'latin1'))
    } else if (body.bytes !== undefined) {
      this.sendBytes(head, body.bytes)
    } else if (body.stream instanceof ByteSource) {
      const source = body.stream
      if (source.read && source.text === undefined) this.giveUp('reset', 'the body is used up')
      else if (source.text !== undefined) this.written(socket.write(head + source.text, 'latin1'))
      else this.sendStream(head, source, body.length === undefined)
    } else if (body.length === undefined) {
      this.giveUp('invalid', 'a body without length that is not a stream of the wire')
    } else this.sendForeign(flight, head, body)
  }

  private sendBytes(head: string, bytes: Uint8Array): void {
    const { socket } = this
    const data = asBuffer(bytes)
    if (data.length <= JOINED_BYTES) {
      this.written(socket.write(head + data.toString('latin1', 0, data.length), 'latin1'))
      return
    }
    socket.cork()
    socket.write(head, 'latin1')
    this.written(socket.write(data))
    socket.uncork()
  }

  private sendStream(head: string, source: ByteSource, chunked: boolean): void {
    const { socket } = this
    this.sent = false
    this.chunkedOut = chunked
    this.outgoing = source
    this.deadline = 0
    socket.cork()
    this.written(socket.write(head, 'latin1'))
    source.pipe(this)
    socket.uncork()
  }

  /** A body that is not one of ours: read whole, then sent. */
  private sendForeign(flight: Flight, head: string, body: Body): void {
    this.sent = false
    this.deadline = 0
    body.read().then(
      (bytes) => {
        if (this.flight !== flight || this.phase !== AWAITING) return
        this.sent = true
        this.sendBytes(head, bytes)
      },
      (error: unknown) => {
        if (this.flight === flight) this.fail(error instanceof Error ? error : new Error('no body'))
      },
    )
  }

  /** After each write: whose turn it is now, and how long that may take. */
  private written(flushed: boolean): void {
    this.needsDrain = !flushed
    const { flight } = this
    if (!flight || this.phase !== AWAITING) return
    const { call } = flight
    if (!flushed) this.deadline = this.owner.deadlines.in(call.write_timeout)
    else if (this.sent) this.deadline = this.owner.deadlines.in(call.read_timeout)
    else this.deadline = 0
  }

  private drained(): void {
    this.written(true)
    this.outgoing?.resume()
  }

  take(bytes: Buffer): boolean {
    if (this.phase === CLOSED) return true
    const flushed = this.socket.write(this.chunkedOut ? frameChunk(bytes) : Buffer.from(bytes))
    this.written(flushed)
    return flushed
  }

  end(): void {
    this.sent = true
    this.outgoing = undefined
    if (this.phase === CLOSED) return
    this.written(
      this.chunkedOut ? this.socket.write(LAST_CHUNK, 'latin1') : !this.socket.writableNeedDrain,
    )
  }

  /** The body of the request ended before its end. */
  fail(error: Error): void {
    this.outgoing = undefined
    this.giveUp('reset', error.message)
  }

  /** Ends the connection, and tells its flight or the reader of its answer why. */
  private giveUp(reason: UpstreamFailure['reason'], detail: string): void {
    const { flight, phase } = this
    const unanswered = phase === AWAITING && !this.touched
    const failure = new UpstreamFailure(reason, detail, phase !== CONNECTING)
    if (phase === ANSWERING) {
      this.abandon(failure)
      return
    }
    this.destroy()
    flight?.failed(failure, this, unanswered)
  }

  private receive(bytes: Buffer): void {
    switch (this.phase) {
      case AWAITING:
        this.touched = true
        this.readHead(bytes)
        break
      case ANSWERING:
        if (this.flight) this.deadline = this.owner.deadlines.in(this.flight.call.read_timeout)
        this.readBody(bytes, 0)
        break
      default:
        // Bytes that answer no request: nothing on this connection can be believed.
        this.destroy()
    }
  }

  private readHead(bytes: Buffer): void {
    const { flight } = this
    if (!flight) return
    const data = this.held ? Buffer.concat([this.held, bytes]) : bytes
    const text = data.toString('latin1', 0, Math.min(data.length, HEAD_BYTES))
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) {
      if (data.length >= HEAD_BYTES || !'HTTP/1.'.startsWith(text.slice(0, 7))) {
        this.giveUp('invalid', 'the upstream sent no HTTP/1 answer')
        return
      }
      this.held = this.held ? data : Buffer.from(bytes)
      this.written(!this.needsDrain)
      return
    }
    this.held = undefined
    const head = readResponseHead(data, text, end + 4, flight.call.method, this.memo)
    if (!head || head.status === 101) {
      this.giveUp('invalid', 'the upstream sent a malformed answer')
      return
    }
    if (head.status < 200) {
      if (++this.interim > INTERIM_ANSWERS) this.giveUp('invalid', 'too many interim answers')
      else if (data.length > end + 4) this.readHead(data.subarray(end + 4))
      return
    }
    this.answer(flight, head, data, text, end + 4)
  }

  private answer(flight: Flight, head: ResponseHead, data: Buffer, text: string, at: number): void {
    const { bodyLength } = head
    const { status, reason, headers } = head
    const { ip } = this.destination
    this.persistent = head.persistent
    this.idleFor = idleTime(headers.get('keep-alive'), this.owner.idleTimeout)
    if (bodyLength >= 0 && bodyLength <= JOINED_BYTES && text.length - at >= bodyLength) {
      const source =
        bodyLength === 0 ? undefined : new ByteSource(undefined, text.slice(at, at + bodyLength))
      const body = source && new Body(source, bodyLength, () => source.collect())
      this.flight = undefined
      this.complete(data.length - at - bodyLength)
      flight.answered({ status, reason, headers, body, ip })
      return
    }
    this.phase = ANSWERING
    this.left = bodyLength
    this.decoder = bodyLength === CHUNKED ? new ChunkedDecoder() : undefined
    this.deadline = this.owner.deadlines.in(flight.call.read_timeout)
    const source = new ByteSource(this)
    this.incoming = source
    const body = new Body(source, bodyLength < 0 ? undefined : bodyLength, () => source.collect())
    flight.answered({ status, reason, headers, body, ip })
    if (at < data.length) this.readBody(data, at)
  }

  private readBody(bytes: Buffer, at: number): void {
    const { incoming, decoder } = this
    if (!incoming) return
    if (decoder) {
      const end = decoder.decode(bytes, at, (data) => incoming.push(data))
      if (decoder.bad) this.abandon(new Error('the upstream sent a malformed chunk'))
      else if (decoder.done) this.finishBody(incoming, bytes.length - end)
      return
    }
    if (this.left === UNTIL_CLOSE) {
      incoming.push(at === 0 ? bytes : bytes.subarray(at))
      return
    }
    const end = Math.min(bytes.length, at + this.left)
    this.left -= end - at
    incoming.push(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end))
    if (this.left === 0) this.finishBody(incoming, bytes.length - end)
  }

  private finishBody(incoming: ByteSource, extra: number): void {
    this.incoming = undefined
    this.decoder = undefined
    this.flight = undefined
    this.complete(extra)
    incoming.finish()
  }

  /** The answer is whole. Whether the connection can be used again. */
  private complete(extra: number): void {
    if (this.phase === CLOSED) return
    const again =
      this.persistent &&
      this.sent &&
      !this.needsDrain &&
      extra === 0 &&
      this.requests < this.owner.requestsPerConnection
    this.phase = IDLE
    if (again && this.owner.idle(this)) {
      this.deadline = this.owner.deadlines.in(this.idleFor)
      if (this.paused) this.unpause()
    } else this.destroy()
  }

  private ended(): void {
    const { incoming } = this
    if (this.phase === ANSWERING && this.left === UNTIL_CLOSE && incoming) {
      this.finishBody(incoming, 0)
    } else this.broken('the upstream closed the connection')
  }

  private broken(detail: string): void {
    switch (this.phase) {
      case CONNECTING:
        this.giveUp('connect', detail)
        break
      case AWAITING:
        this.giveUp('reset', detail)
        break
      case ANSWERING:
        this.abandon(new Error(detail))
        break
      default:
        this.destroy()
    }
  }

  wanted(): void {
    if (this.paused) this.deadline = 0
  }

  pause(): void {
    this.paused = true
    this.socket.pause()
    // A slow client is the client side's matter; a body that nobody reads must not hold the connection for ever.
    if (this.incoming?.read) this.deadline = 0
  }

  resume(): void {
    if (this.phase !== ANSWERING) return
    this.unpause()
    if (this.flight) this.deadline = this.owner.deadlines.in(this.flight.call.read_timeout)
  }

  cancelled(): void {
    this.destroy()
  }

  private unpause(): void {
    this.paused = false
    this.socket.resume()
  }
}

/**
 * How long a connection may wait for its next request. An upstream that says when it will close (`Keep-Alive: timeout=5`)
 * is left a second before that, so that no request meets the closing.
 */
const idleTime = (announced: string | undefined, most: number): number => {
  const seconds = announced === undefined ? undefined : /timeout=(\d{1,6})/i.exec(announced)?.[1]
  return seconds === undefined ? most : Math.min(most, Math.max(500, Number(seconds) * 1000 - 1000))
}
