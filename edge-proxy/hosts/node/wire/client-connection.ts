import type { Socket } from 'node:net'
import { Body } from '#engine/body'
import type { Arrival, ExchangeResponse, TlsFacts } from '#engine/exchange'
import { HeaderList } from '#engine/headers'
import { answerFraming, writeAnswerHead } from './answer-head.ts'
import { ByteSource } from './byte-source.ts'
import { ClientLink } from './client-link.ts'
import type { Watched } from './deadlines.ts'
import { leanFrom } from './lean-socket.ts'
import { MessageWriter, type WriterKeeper } from './message-writer.ts'
import type { RequestHead } from './request-head.ts'
import { RequestReader, type RequestTaker } from './request-reader.ts'
import type { Handled, Keeper } from './server.ts'

/** Where a connection came in. */
export interface Entrance {
  scheme: 'http' | 'https'
  /** As clients see it. */
  port: number
  tls: TlsFacts | undefined
}

const gone = new Error('the client went away')
const noHeaders = new HeaderList()
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

/** A connection of a client: its requests one after the other, each answered before the next is looked at. */
export class ClientConnection<H extends Handled>
  extends ClientLink
  implements Watched, RequestTaker, WriterKeeper
{
  deadline = 0
  private readonly keeper: Keeper<H>
  private readonly socket: Socket
  private readonly entrance: Entrance
  private readonly reader: RequestReader
  private readonly writer: MessageWriter
  private readonly peer: string
  private readonly peerPort: number
  private requests = 0
  private paused = false
  private over = false

  /** Whether a request is being dealt with, and what is known of it. */
  private busy = false
  private head: RequestHead | undefined
  private handled: H | undefined
  /** Whether the client waits for 100 (Continue). */
  private continues = false
  /** Status to answer in place of what the handler says: the body turned out unsound. */
  private refusal = 0
  private answering = false
  private persistent = true
  /** Whether the answer ends with the connection. */
  private untilClose = false
  /** Whether the client does not take more for now, and whether all of the answer was written. */
  private isStalled = false
  private isDelivered = false
  /** Whether the answer is over and the rest of the request is still coming. */
  private leftover = false

  constructor(keeper: Keeper<H>, accepted: Socket, entrance: Entrance) {
    super()
    this.keeper = keeper
    this.socket = leanFrom(accepted, (bytes) => this.reader.receive(bytes))
    const { socket } = this
    this.writer = new MessageWriter(socket, this)
    this.entrance = entrance
    this.reader = new RequestReader(keeper.limits, this)
    this.peer = plainAddress(socket.remoteAddress ?? '')
    this.peerPort = socket.remotePort ?? 0
    keeper.deadlines.watch(this)
    this.deadline = keeper.deadlines.in(keeper.limits.header_timeout)
    socket.on('end', () => this.ended())
    socket.on('error', ignore)
    socket.on('close', () => this.leave())
  }

  get isBusy(): boolean {
    return this.busy
  }

  /** Bytes that wait here for somebody slower. */
  get heldBytes(): number {
    return this.reader.heldBytes + this.socket.writableLength
  }

  /** The server closes: at once when nothing is under way, else after the answer. */
  retire(): void {
    if (!this.busy && !this.over && this.reader.betweenRequests) this.hangUp()
  }

  destroy(): void {
    this.socket.destroy()
  }

  /** As nginx: who is late gets no answer. */
  expire(): void {
    this.destroy()
  }

  begun(): void {
    this.deadline = this.keeper.deadlines.in(this.keeper.limits.header_timeout)
  }

  request(head: RequestHead, headBytes: number, source: ByteSource | undefined): void {
    const { keeper, entrance } = this
    this.busy = true
    this.head = head
    this.requests++
    this.refusal = 0
    this.isDelivered = false
    this.persistent = head.persistent
    const { isWhole } = this.reader
    this.continues = head.expects && !isWhole
    this.deadline = isWhole ? 0 : keeper.deadlines.in(keeper.limits.body_timeout)
    const length = head.bodyLength < 0 ? undefined : head.bodyLength
    const arrival: Arrival = {
      method: head.method,
      scheme: entrance.scheme,
      http_version: head.version,
      path: head.path,
      query: head.query,
      headers: head.headers,
      body: source && new Body(source, length, () => source.collect()),
      peer: this.peer,
      peer_port: this.peerPort,
      port: entrance.port,
      tls: entrance.tls,
      head_bytes: headBytes,
      origin: this,
    }
    try {
      const outcome = keeper.handle(arrival)
      if (outcome instanceof Promise) outcome.then(this.answer, this.faulted)
      else this.answer(outcome)
    } catch (error) {
      this.faulted(error)
    }
  }

  refused(status: number, head: RequestHead | undefined): void {
    if (this.busy) {
      this.refusal = status
      this.persistent = false
      return
    }
    if (this.leftover) {
      // The request was answered: a second answer would be taken for that of the next request.
      this.hangUp()
      return
    }
    this.busy = true
    this.head = head
    this.persistent = false
    this.isDelivered = false
    this.respond(this.keeper.page(status, head?.headers ?? noHeaders))
  }

  progressed(): void {
    if (!this.answering) this.deadline = this.keeper.deadlines.in(this.keeper.limits.body_timeout)
  }

  whole(): void {
    this.leftover = false
    if (this.busy) {
      if (!this.answering) this.deadline = 0
    } else this.next()
  }

  wanted(): void {
    if (!this.continues) return
    this.continues = false
    this.socket.write(CONTINUE, 'latin1')
  }

  pause(): void {
    if (this.paused) return
    this.paused = true
    this.socket.pause()
    if (!this.answering) this.deadline = 0
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.socket.resume()
    if (this.reader.inBody) this.progressed()
  }

  cancelled(): void {
    this.resume()
  }

  /** The handler came to an end. An arrow, so that no request needs a function of its own. */
  private readonly answer = (handled: H): void => {
    this.handled = handled
    const { response } = handled
    try {
      if (this.refusal > 0 || !response || !isStatus(response.status)) {
        cancelBody(response?.body)
        this.answerPage(this.refusal || 500)
      } else if (this.gone) {
        cancelBody(response.body)
        this.conclude()
      } else this.respond(response)
    } catch (error) {
      this.fall(error)
    }
  }

  private readonly faulted = (error: unknown): void => {
    try {
      this.keeper.fault(error)
      this.answerPage(500)
    } catch (another) {
      this.fall(another)
    }
  }

  private answerPage(status: number): void {
    if (this.gone) this.conclude()
    else this.respond(this.keeper.page(status, this.head?.headers ?? noHeaders))
  }

  /** An answer that cannot be written: there is nothing that could be said in its place. */
  private fall(error: unknown): void {
    this.keeper.fault(error)
    this.destroy()
  }

  private respond(response: ExchangeResponse): void {
    const { head: request, reader, keeper } = this
    const version = request?.version ?? '1.1'
    const unread = !reader.isWhole && (this.continues || !reader.isShort)
    const persistent =
      this.persistent &&
      !unread &&
      this.refusal === 0 &&
      !keeper.closing &&
      this.requests < keeper.limits.requests_per_connection
    const framing = answerFraming(response, request?.method ?? 'GET', version, persistent)
    this.persistent = framing.persistent
    this.untilClose = framing.length === undefined && !framing.chunked
    this.continues = false
    this.answering = true
    this.deadline = 0
    const head = writeAnswerHead(response, framing)
    const { body } = response
    if (framing.bodiless) {
      cancelBody(body)
      this.writer.write(head, undefined, false)
    } else {
      // Bytes in place of a stream: nobody will read the stream.
      if (body?.bytes !== undefined) cancelBody(body)
      this.writer.write(head, body, framing.chunked)
    }
  }

  stalled(stalled: boolean): void {
    this.isStalled = stalled
    if (!this.busy || this.gone) return
    this.deadline = stalled ? this.keeper.deadlines.in(this.keeper.limits.send_timeout) : 0
    if (!stalled && this.isDelivered) this.conclude()
  }

  delivered(): void {
    this.isDelivered = true
    if (!this.isStalled) this.conclude()
  }

  /**
   * There is no good end to an answer that breaks off: the client must see that it did. By length or chunks it does; an
   * answer that ends with its connection must end in a reset (over TLS: without the word of goodbye).
   */
  truncated(): void {
    if (this.gone) return
    if (this.untilClose && this.entrance.scheme === 'http') this.socket.resetAndDestroy()
    else this.socket.destroy()
  }

  /** The exchange is over, one way or the other. */
  private conclude(): void {
    if (!this.busy) return
    const { handled, call, answering: answered } = this
    this.busy = false
    this.answering = false
    this.handled = undefined
    this.head = undefined
    this.call = undefined
    // Ends a call whose answer nobody read to the end.
    call?.cancel()
    if (handled) this.keeper.finish(handled, answered ? this.writer.sentBytes : 0)
    if (this.gone || this.over) return
    if (!this.persistent) this.hangUp()
    else if (this.reader.isWhole) this.next()
    else {
      this.leftover = true
      this.deadline = this.keeper.deadlines.in(this.keeper.limits.body_timeout)
      this.reader.discard()
    }
  }

  /** On to the next request; requests that wait already get their turn after those of other connections. */
  private next(): void {
    if (this.keeper.closing && !this.reader.isAhead) {
      this.hangUp()
      return
    }
    this.deadline = this.keeper.deadlines.in(this.keeper.limits.keep_alive_timeout)
    if (this.reader.isAhead) setImmediate(this.readAhead)
    else {
      this.reader.next()
      this.resume()
    }
  }

  private readonly readAhead = (): void => {
    if (this.gone || this.over) return
    this.reader.next()
    if (!this.reader.isAhead) this.resume()
  }

  /** Ends our side, and reads on for a while, so that the client gets the answer and not a reset (RFC 9112 section 9.6). */
  private hangUp(): void {
    this.over = true
    this.reader.stop()
    this.reader.discard()
    this.socket.end()
    this.deadline = this.keeper.deadlines.in(this.keeper.limits.lingering_timeout)
    this.resume()
  }

  /** The client ended its side. As nginx, that before the answer is taken for leaving. */
  private ended(): void {
    if (this.over) return
    if (this.answering) this.persistent = false
    else if (this.busy) this.destroy()
    else this.hangUp()
  }

  private leave(): void {
    if (this.gone) return
    this.gone = true
    this.deadline = 0
    this.keeper.deadlines.forget(this)
    // Before its body breaks off: the call would take that for a failure of its own.
    const { call } = this
    this.call = undefined
    call?.cancel()
    this.reader.abort(gone)
    this.writer.cancel()
    if (this.handled || this.answering) this.conclude()
    this.keeper.closed(this)
  }
}

const ignore = (): void => {}

const isStatus = (status: number): boolean =>
  Number.isInteger(status) && status >= 100 && status <= 999

const cancelBody = (body: Body | undefined): void => {
  if (body?.stream instanceof ByteSource) body.stream.cancel()
}

/** IPv4 addresses as such, also on a socket that serves both families. */
const plainAddress = (address: string): string =>
  address.startsWith('::ffff:') ? address.slice(7) : address
