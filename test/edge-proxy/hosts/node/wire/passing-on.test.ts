import { createHash, randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import type { UpstreamCall, UpstreamFailure } from '#engine/host'
import type { Limits } from '#hosts/node/wire/limits'
import { createServer, type Handled, type Server } from '#hosts/node/wire/server'
import { createUpstreamClient, type UpstreamClient } from '#hosts/node/wire/upstream-client'
import {
  answersIn,
  type Conversation,
  dial,
  type ScriptedUpstream,
  scriptedUpstream,
  until,
} from './conversation.ts'

interface Chain {
  port: number
  server: Server
  client: UpstreamClient
  upstream: ScriptedUpstream
  failures: UpstreamFailure['reason'][]
  finished: number[]
}

const chains: Chain[] = []

/** A server that passes each request on to a scripted upstream, and answers 502 when that fails. */
const chain = async (
  script?: (conversation: Conversation, n: number) => void,
  limits: Partial<Limits> = {},
  more: Partial<UpstreamCall> = {},
): Promise<Chain> => {
  const upstream = await scriptedUpstream(script)
  const client = createUpstreamClient()
  const failures: Chain['failures'] = []
  const finished: number[] = []
  const server = createServer<Handled>({
    limits,
    onFinish: (_handled, sentBytes) => finished.push(sentBytes),
    async onRequest(arrival) {
      try {
        const response = await client.call({
          scheme: 'http',
          host: '127.0.0.1',
          port: upstream.port,
          method: arrival.method,
          target: arrival.path,
          headers: arrival.headers,
          body: arrival.body,
          connect_timeout: 5000,
          write_timeout: 5000,
          read_timeout: 600_000,
          tls: undefined,
          origin: arrival.origin,
          ...more,
        })
        return { response }
      } catch (error) {
        failures.push((error as UpstreamFailure).reason)
        const { headers } = arrival
        return { response: { status: 502, reason: undefined, headers, body: undefined } }
      }
    },
  })
  const port = await server.listen({ port: 0, address: '127.0.0.1' })
  const made = { port, server, client, upstream, failures, finished }
  chains.push(made)
  return made
}

afterEach(async () => {
  for (const { server, client, upstream } of chains.splice(0)) {
    await server.close(0)
    client.close()
    await upstream.close()
  }
})

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

/** The most that the kernel may take on its way, and then some: what exceeds it is held by us. */
const HELD_AT_MOST = 256 * 1024

describe('passing on', () => {
  it('gives a long answer with length through unchanged', async () => {
    const data = randomBytes(8_000_000)
    const { port } = await chain((conversation) => {
      conversation.socket.once('data', () => {
        conversation.say(`HTTP/1.1 200 OK\r\nContent-Length: ${data.length}\r\n\r\n`).say(data)
      })
    })
    const client = dial(port).say(GET)
    const heard = await client.until((text) => answersIn(text).length === 1)
    expect(digest(Buffer.from(answersIn(heard)[0]?.body ?? '', 'latin1'))).toBe(digest(data))
    client.hangUp()
  })

  it('keeps the bytes of connections apart, of slow readers too', async () => {
    const long = randomBytes(30_000_000)
    const { port, upstream } = await chain()
    const slow = dial(port)
    slow.pause()
    slow.say(GET)
    const first = await upstream.connection(0)
    await first.hears('\r\n\r\n')
    first.say(`HTTP/1.1 200 OK\r\nContent-Length: ${long.length}\r\n\r\n`).say(long)
    await settled(() => first.socket.writableLength)
    // What the slow one has not taken yet must survive what others read meanwhile.
    const quick = dial(port).say(GET)
    const second = await upstream.connection(1)
    await second.hears('\r\n\r\n')
    second
      .say(`HTTP/1.1 200 OK\r\nContent-Length: ${1 << 20}\r\n\r\n`)
      .say(Buffer.alloc(1 << 20, 0x58))
    await quick.until((text) => answersIn(text).length === 1)
    slow.socket.resume()
    const heard = await slow.until(
      (text) => text.length >= long.length && answersIn(text).length === 1,
    )
    expect(digest(Buffer.from(answersIn(heard)[0]?.body ?? '', 'latin1'))).toBe(digest(long))
    slow.hangUp()
    quick.hangUp()
  })

  it('gives chunks on as chunks, and to HTTP/1.0 until the end of the connection', async () => {
    const { port } = await chain((conversation) => {
      conversation.socket.on('data', () => {
        conversation.say(
          'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
        )
      })
    })
    const modern = dial(port).say(GET)
    const heard = await modern.hears('0\r\n\r\n')
    expect(heard).toMatch(
      /Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n5\r\nabcde\r\n0\r\n\r\n$/,
    )
    modern.hangUp()
    const old = dial(port).say('GET / HTTP/1.0\r\n\r\n')
    expect(await old.finished()).toMatch(/Connection: close\r\n\r\nabcde$/)
    old.hangUp()
  })

  it('gives a first piece on before the rest is there', async () => {
    const { port, upstream } = await chain()
    const client = dial(port).say(GET)
    const conversation = await upstream.connection(0)
    await conversation.hears('\r\n\r\n')
    conversation.say('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst')
    await client.hears('first')
    conversation.say('later')
    await client.hears('later')
    client.hangUp()
  })

  it.each([
    ['a length', (data: Buffer) => [`Content-Length: ${data.length}\r\n\r\n`, data]],
    [
      'chunks',
      (data: Buffer) => [
        'Transfer-Encoding: chunked\r\n\r\n',
        `${data.length.toString(16)}\r\n`,
        data,
        '\r\n0\r\n\r\n',
      ],
    ],
  ])(
    'gives a long body with %s through unchanged, then uses both connections again',
    async (_title, pieces) => {
      const data = randomBytes(3_000_000)
      const { port, upstream } = await chain()
      const client = dial(port).say('POST / HTTP/1.1\r\nHost: a\r\n')
      for (const piece of pieces(data)) client.say(piece)
      const conversation = await upstream.connection(0)
      const heard = await conversation.until(
        (text) =>
          text.length >= data.length + 50 &&
          (text.endsWith('0\r\n\r\n') || /Content-Length/.test(text.slice(0, 200))),
      )
      const body = heard.slice(heard.indexOf('\r\n\r\n') + 4)
      const plain = /Transfer-Encoding/.test(heard.slice(0, 200)) ? unchunked(body) : body
      expect(digest(Buffer.from(plain, 'latin1'))).toBe(digest(data))
      conversation.say(OK)
      await client.until((text) => answersIn(text).length === 1)
      client.say(GET)
      await conversation.hears('GET / ')
      conversation.say(OK)
      await client.until((text) => answersIn(text).length === 2)
      expect(upstream.conversations).toHaveLength(1)
      client.hangUp()
    },
  )

  it('sends a short request, and a short answer, in one piece each', async () => {
    const pieces: string[] = []
    const { port } = await chain((conversation) => {
      conversation.socket.on('data', (bytes) => {
        pieces.push(bytes.toString('latin1'))
        conversation.say(OK)
      })
    })
    const client = dial(port)
    client.socket.on('data', (bytes) => pieces.push(bytes.toString('latin1')))
    client.say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody')
    await client.until((text) => answersIn(text).length === 1)
    expect(pieces).toHaveLength(2)
    expect(pieces[0]).toMatch(/\r\n\r\nbody$/)
    expect(pieces[1]).toMatch(/\r\n\r\nok$/)
    client.hangUp()
  })

  it('holds little of an answer for a client that does not read, and ends it when the client leaves', async () => {
    const total = 64 * 1024 * 1024
    const { port, server, client, upstream } = await chain((conversation) => {
      conversation.socket.once('data', () => {
        conversation
          .say(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`)
          .say(Buffer.alloc(total))
      })
    })
    const slow = dial(port)
    slow.pause()
    slow.say(GET)
    const conversation = await upstream.connection(0)
    await settled(() => conversation.socket.bytesWritten - conversation.socket.writableLength)
    const held = server.stats().held_bytes + client.stats().held_bytes
    expect(held).toBeGreaterThan(0)
    expect(held).toBeLessThan(HELD_AT_MOST)
    expect(conversation.socket.writableLength).toBeGreaterThan(total / 2)
    slow.hangUp()
    await conversation.finished()
    await until(() => client.stats().connections === 0 && server.stats().connections === 0)
  })

  it('holds little of a body for an upstream that does not read', async () => {
    const { port, server, client } = await chain((conversation) => conversation.pause())
    const sender = dial(port).say(
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${1 << 26}\r\n\r\n`,
    )
    sender.say(Buffer.alloc(1 << 26))
    await until(() => client.stats().held_bytes > 0)
    await settled(() => sender.socket.writableLength)
    expect(server.stats().held_bytes + client.stats().held_bytes).toBeLessThan(HELD_AT_MOST)
    expect(sender.socket.writableLength).toBeGreaterThan(1 << 25)
    sender.hangUp()
  })

  it('holds little of a body that nobody reads', async () => {
    const server = createServer<Handled>({ onRequest: () => new Promise(() => {}) })
    const port = await server.listen({ port: 0, address: '127.0.0.1' })
    const sender = dial(port).say(
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${1 << 26}\r\n\r\n`,
    )
    sender.say(Buffer.alloc(1 << 26))
    await until(() => server.stats().held_bytes > 0)
    await settled(() => sender.socket.writableLength)
    expect(server.stats().held_bytes).toBeLessThan(HELD_AT_MOST)
    sender.hangUp()
    await server.close(0)
  })

  it.each(['Content-Length: 100', 'Transfer-Encoding: chunked'])(
    'lets the client see that an answer broke off (%s)',
    async (line) => {
      const { port, upstream, finished } = await chain()
      const client = dial(port).say(GET)
      const conversation = await upstream.connection(0)
      await conversation.hears('\r\n\r\n')
      conversation.say(`HTTP/1.1 200 OK\r\n${line}\r\n\r\n5\r\nhello\r\n`)
      await client.hears('hello')
      conversation.hangUp()
      const heard = await client.finished()
      expect(heard).not.toContain('0\r\n\r\n')
      expect(heard).not.toContain('502')
      await until(() => finished.length === 1)
      client.hangUp()
    },
  )

  it('ends the upstream request when the client leaves before the answer', async () => {
    const { port, upstream, failures, finished } = await chain()
    const client = dial(port).say(GET)
    const conversation = await upstream.connection(0)
    await conversation.hears('\r\n\r\n')
    client.hangUp()
    await conversation.finished()
    await until(() => finished.length === 1)
    expect(failures).toEqual(['gone'])
    expect(finished).toEqual([0])
  })

  it('ends the upstream request when the client leaves in the middle of its body', async () => {
    const { port, upstream, failures, finished } = await chain()
    const client = dial(port).say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhel')
    const conversation = await upstream.connection(0)
    await conversation.hears('hel')
    client.hangUp()
    await conversation.finished()
    await until(() => finished.length === 1)
    expect(failures).toEqual(['gone'])
  })

  it('gives an early answer on and takes the upstream connection out of use', async () => {
    const { port, upstream, client: calls } = await chain()
    const client = dial(port).say(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nhel',
    )
    const conversation = await upstream.connection(0)
    await conversation.hears('hel')
    conversation.say('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig')
    const heard = await client.finished()
    expect(heard).toMatch(/^HTTP\/1\.1 413 Too Large[\s\S]*Connection: close\r\n\r\nbig$/)
    await until(() => calls.stats().connections === 0)
    client.hangUp()
  })

  it('asks the client for its body only when the upstream connection takes it', async () => {
    const { port, upstream } = await chain()
    const client = dial(port).say(
      'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n',
    )
    await client.hears('100 Continue')
    const conversation = await upstream.connection(0)
    expect(await conversation.hears('\r\n\r\n')).not.toMatch(/expect/i)
    client.say('body')
    await conversation.hears('body')
    conversation.say(OK)
    await client.hears('ok')
    client.hangUp()
  })

  it('keeps apart what a client smuggles into a body', async () => {
    const { port, upstream } = await chain((conversation) => {
      conversation.socket.on('data', () => conversation.say(OK))
    })
    const inner = 'GET /admin HTTP/1.1\r\nHost: a\r\n\r\n'
    const client = dial(port).say(
      `POST /outer HTTP/1.1\r\nHost: a\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    )
    await client.until((text) => answersIn(text).length === 1)
    const [conversation] = upstream.conversations
    expect(conversation?.heard).toContain(`Content-Length: ${inner.length}\r\n`)
    expect(answersIn(client.heard)).toHaveLength(1)
    client.hangUp()
  })
})

/** Waits until a figure stands still. */
const settled = async (figure: () => number): Promise<void> => {
  let last = -1
  let same = 0
  while (same < 20) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    const now = figure()
    same = now === last ? same + 1 : 0
    last = now
  }
}

const unchunked = (text: string): string => {
  let plain = ''
  let at = 0
  for (;;) {
    const end = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, end), 16)
    if (!(size > 0)) return plain
    plain += text.slice(end + 2, end + 2 + size)
    at = end + 2 + size + 2
  }
}
