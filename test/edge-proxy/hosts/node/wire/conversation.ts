import { connect, createServer, type Server, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'

/** One end of a raw connection: what was said is kept, and can be waited for. */
export class Conversation {
  readonly socket: Socket
  /** Everything received, as latin1. */
  heard = ''
  ended = false
  closed = false
  private readonly waiting = new Set<() => void>()

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (bytes) => {
      this.heard += bytes.toString('latin1')
      this.look()
    })
    socket.on('end', () => {
      this.ended = true
      this.look()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.closed = true
      this.look()
    })
  }

  say(text: string | Uint8Array): this {
    if (typeof text === 'string') this.socket.write(text, 'latin1')
    else this.socket.write(text)
    return this
  }

  /** Waits until what was heard satisfies; rejects when the connection closes before. */
  until(satisfies: (heard: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (satisfies(this.heard)) resolve(this.heard)
        else if (this.closed || this.ended) reject(new Error(`closed after: ${this.heard}`))
        else return
        this.waiting.delete(look)
      }
      this.waiting.add(look)
      look()
    })
  }

  hears(text: string): Promise<string> {
    return this.until((heard) => heard.includes(text))
  }

  /** Waits for the other side to end or cut the connection. */
  finished(): Promise<string> {
    return new Promise((resolve) => {
      const look = () => {
        if (!this.closed && !this.ended) return
        this.waiting.delete(look)
        resolve(this.heard)
      }
      this.waiting.add(look)
      look()
    })
  }

  /** Stops taking bytes from the network. */
  pause(): void {
    this.socket.pause()
  }

  hangUp(): void {
    this.socket.destroy()
  }

  private look(): void {
    for (const look of [...this.waiting]) look()
  }
}

export const dial = (port: number, address = '127.0.0.1'): Conversation =>
  new Conversation(connect({ port, host: address, allowHalfOpen: true, noDelay: true }))

export const dialTls = (port: number, options: ConnectionOptions): Conversation =>
  new Conversation(connectTls({ port, host: '127.0.0.1', ...options }))

/** Splits answers that all announce their length; for pipelined ones. */
export const answersIn = (heard: string): { status: number; head: string; body: string }[] => {
  const answers = []
  let rest = heard
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    if (end < 0) return answers
    const head = rest.slice(0, end)
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (rest.length < end + 4 + length) return answers
    answers.push({
      status: Number(head.slice(9, 12)),
      head,
      body: rest.slice(end + 4, end + 4 + length),
    })
    rest = rest.slice(end + 4 + length)
  }
}

/** An upstream that plays what the test says, connection by connection. */
export interface ScriptedUpstream {
  port: number
  conversations: Conversation[]
  /** The n-th connection, when it is there. */
  connection(n: number): Promise<Conversation>
  close(): Promise<void>
}

export const scriptedUpstream = async (
  script: (conversation: Conversation, n: number) => void = () => {},
): Promise<ScriptedUpstream> => {
  const conversations: Conversation[] = []
  const waiting = new Set<() => void>()
  const server: Server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const conversation = new Conversation(socket)
    conversations.push(conversation)
    script(conversation, conversations.length - 1)
    for (const look of [...waiting]) look()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    conversations,
    connection: (n) =>
      new Promise((resolve) => {
        const look = () => {
          const found = conversations[n]
          if (!found) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
    close: () =>
      new Promise((resolve) => {
        for (const { socket } of conversations) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

/** Lets the event loop turn until it is so. The test's own timeout is the limit. */
export const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}
