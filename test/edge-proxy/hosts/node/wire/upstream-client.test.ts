import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { Body } from '#engine/body'
import { HeaderList } from '#engine/headers'
import { type UpstreamCall, UpstreamFailure } from '#engine/host'
import { ByteSource } from '#hosts/node/wire/byte-source'
import {
  createUpstreamClient,
  type UpstreamClient,
  type UpstreamClientOptions,
} from '#hosts/node/wire/upstream-client'
import { type Conversation, type ScriptedUpstream, scriptedUpstream } from './conversation.ts'

const clients: UpstreamClient[] = []
const upstreams: ScriptedUpstream[] = []

const client = (options: UpstreamClientOptions = {}): UpstreamClient => {
  const made = createUpstreamClient(options)
  clients.push(made)
  return made
}

const upstream = async (script?: (conversation: Conversation, n: number) => void) => {
  const made = await scriptedUpstream(script)
  upstreams.push(made)
  return made
}

/** An upstream that gives the same answer to each request without body. */
const answering = (answer: string) =>
  upstream((conversation) => {
    let answered = 0
    conversation.socket.on('data', () => {
      const asked = conversation.heard.split('\r\n\r\n').length - 1
      while (answered < asked) {
        answered++
        conversation.say(answer)
      }
    })
  })

const callTo = (port: number, more: Partial<UpstreamCall> = {}): UpstreamCall => ({
  scheme: 'http',
  host: '127.0.0.1',
  port,
  method: 'GET',
  target: '/a?b',
  headers: HeaderList.from([['Host', 'up.test']]),
  body: undefined,
  connect_timeout: 2000,
  write_timeout: 2000,
  read_timeout: 2000,
  tls: undefined,
  ...more,
})

const failureOf = async (promise: Promise<unknown>): Promise<UpstreamFailure> => {
  const failure = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(failure instanceof UpstreamFailure)) throw new Error(`not a failure: ${String(failure)}`)
  return failure
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

afterEach(async () => {
  for (const made of clients.splice(0)) made.close()
  await Promise.all(upstreams.splice(0).map((made) => made.close()))
})

describe('the upstream client', () => {
  it('sends target and lines as given, with its own framing', async () => {
    const { port, connection } = await answering(OK)
    await client().call(
      callTo(port, {
        target: '/a%2fb?x=1&&',
        headers: HeaderList.from([
          ['Host', 'up.test:81'],
          ['X-Mixed-Case', 'v'],
          ['Connection', 'close'],
          ['Expect', '100-continue'],
          ['Transfer-Encoding', 'chunked'],
        ]),
      }),
    )
    expect((await connection(0)).heard).toBe(
      'GET /a%2fb?x=1&& HTTP/1.1\r\nHost: up.test:81\r\nX-Mixed-Case: v\r\nConnection: keep-alive\r\n\r\n',
    )
  })

  it('never lets a target, method or value break out of its line', async () => {
    const { port, conversations } = await answering(OK)
    const made = client()
    for (const more of [
      { target: '/ HTTP/1.1\r\nX: y' },
      { target: '/a b' },
      { target: '/\u010a' },
      { method: 'GET /x' },
    ]) {
      expect(await failureOf(made.call(callTo(port, more)))).toMatchObject({
        reason: 'invalid',
        sent: false,
      })
    }
    await made.call(callTo(port, { headers: HeaderList.from([['X', 'a\r\nY: b']]) }))
    expect(conversations.at(-1)?.heard).toContain('X: a  Y: b\r\n')
  })

  it.each([
    [
      'bytes',
      () => new Body(Buffer.from('hello')),
      'Content-Length: 5\r\nConnection: keep-alive\r\n\r\nhello',
    ],
    ['many bytes', () => new Body(Buffer.alloc(100_000, 97)), `\r\n\r\n${'a'.repeat(100_000)}`],
    ['no bytes', () => new Body(new Uint8Array()), 'Content-Length: 0\r\n'],
    [
      'a stream of somebody else',
      () => new Body({}, 3, async () => Buffer.from('abc')),
      'Content-Length: 3\r\nConnection: keep-alive\r\n\r\nabc',
    ],
  ])('sends a body of %s', async (_title, body, expected) => {
    const { port, connection } = await upstream()
    const call = client().call(callTo(port, { method: 'POST', body: body() }))
    const conversation = await connection(0)
    await conversation.hears(expected)
    conversation.say(OK)
    expect((await call).status).toBe(200)
  })

  it.each([
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'hello'],
    [
      'chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nX-T: 1\r\n\r\n',
      'hello',
    ],
    [
      'interim answers before it',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      'ok',
    ],
    ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', undefined],
    ['not modified', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n', undefined],
    ['length 0', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', undefined],
    ['no reason', 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok', 'ok'],
  ])(
    'reads an answer with %s, however it is split, and uses the connection again',
    async (_title, answer, text) => {
      for (const size of [answer.length, 1, 7]) {
        const { port, connection, conversations } = await upstream()
        const made = client()
        const first = made.call(callTo(port))
        const conversation = await connection(0)
        await conversation.hears('\r\n\r\n')
        for (let at = 0; at < answer.length; at += size) {
          conversation.say(answer.slice(at, at + size))
          if (size < answer.length) await new Promise((resolve) => setImmediate(resolve))
        }
        const { body, ip } = await first
        expect(ip).toBe('127.0.0.1')
        expect(await body?.text()).toBe(text)
        const second = made.call(callTo(port, { target: '/second' }))
        await conversation.hears('/second')
        conversation.say(OK)
        expect((await second).status).toBe(200)
        expect(conversations).toHaveLength(1)
      }
    },
  )

  it('reads no body of an answer to HEAD', async () => {
    const { port, conversations } = await answering('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n')
    const made = client()
    const { body, headers } = await made.call(callTo(port, { method: 'HEAD' }))
    expect(body).toBeUndefined()
    expect(headers.get('content-length')).toBe('5')
    await made.call(callTo(port, { method: 'HEAD' }))
    expect(conversations).toHaveLength(1)
  })

  it('reads an answer that ends with its connection', async () => {
    const { port, connection, conversations } = await upstream()
    const made = client()
    const call = made.call(callTo(port))
    const conversation = await connection(0)
    await conversation.hears('\r\n\r\n')
    conversation.say('HTTP/1.0 200 OK\r\n\r\nhel')
    const { body } = await call
    expect(body?.length).toBeUndefined()
    conversation.say('lo')
    conversation.socket.end()
    expect(await body?.text()).toBe('hello')
    const next = made.call(callTo(port))
    ;(await connection(1)).say(OK)
    await next
    expect(conversations).toHaveLength(2)
  })

  it.each([
    ['not HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['a status that is no number', 'HTTP/1.1 2x0 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 OK\r\n\r\n'],
    [
      'Content-Length and Transfer-Encoding',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two Content-Lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc'],
    ['a Content-Length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabc'],
    ['an unknown Transfer-Encoding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc'],
    ['a folded line', 'HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\nContent-Length: 0\r\n\r\n'],
    ['LF only', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
    ['NUL in a value', 'HTTP/1.1 200 OK\r\nX: \0\r\nContent-Length: 0\r\n\r\n'],
    ['a switch of protocols that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    [
      'a head without end',
      `HTTP/1.1 200 OK\r\n${'X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(2000)}`,
    ],
    ['interim answers without end', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(50)],
  ])('takes %s for an invalid answer', async (_title, answer) => {
    const { port } = await answering(answer)
    const failure = await failureOf(client().call(callTo(port)))
    expect([failure.reason, failure.sent]).toEqual(['invalid', true])
  })

  it('does not use a connection again that carried more than the answer', async () => {
    const { port, conversations } = await answering(
      `${OK}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`,
    )
    const made = client()
    for (let n = 0; n < 2; n++) {
      expect(await (await made.call(callTo(port))).body?.text()).toBe('ok')
    }
    expect(conversations).toHaveLength(2)
  })

  it('drops an idle connection that speaks without being asked', async () => {
    const { port, connection, conversations } = await answering(OK)
    const made = client()
    await made.call(callTo(port))
    ;(await connection(0)).say('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')
    await (await connection(0)).finished()
    expect(await (await made.call(callTo(port))).body?.text()).toBe('ok')
    expect(conversations).toHaveLength(2)
  })

  it.each([
    ['close', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  ])('does not use a connection again after %s', async (_title, answer) => {
    const { port, conversations } = await answering(answer)
    const made = client()
    await made.call(callTo(port))
    await made.call(callTo(port))
    expect(conversations).toHaveLength(2)
  })

  it('keeps as many idle connections as allowed, and for as long', async () => {
    const { port, connection } = await answering(OK)
    const made = client({ idle_limit: 1, idle_timeout: 80 })
    await Promise.all([made.call(callTo(port)), made.call(callTo(port))])
    expect(made.stats()).toMatchObject({ connections: 1, idle: 1 })
    await Promise.all([(await connection(0)).finished(), (await connection(1)).finished()])
    expect(made.stats()).toMatchObject({ connections: 0, idle: 0 })
  })

  it('opens a new connection after as many requests as allowed', async () => {
    const { port, conversations } = await answering(OK)
    const made = client({ requests_per_connection: 2 })
    for (let n = 0; n < 5; n++) await made.call(callTo(port))
    expect(conversations).toHaveLength(3)
  })

  it.each([
    ['GET', undefined, 'ok'],
    ['PUT', 'bytes', 'ok'],
    ['POST', undefined, 'reset'],
    ['PATCH', 'bytes', 'reset'],
  ])(
    'sends %s with %s body once more when a kept connection was dead: %s',
    async (method, text, expected) => {
      const { port, conversations } = await upstream((conversation, n) => {
        conversation.socket.on('data', () => {
          const asked = conversation.heard.split('HTTP/1.1\r\n').length - 1
          // The first connection dies on its second request.
          if (n === 0 && asked === 2) conversation.hangUp()
          else conversation.say(OK)
        })
      })
      const made = client()
      await made.call(callTo(port))
      const body = text === undefined ? undefined : new Body(Buffer.from(text))
      const call = made.call(callTo(port, { method, body }))
      if (expected === 'ok') {
        expect(await (await call).body?.text()).toBe('ok')
        expect(conversations).toHaveLength(2)
      } else {
        expect(await failureOf(call)).toMatchObject({ reason: 'reset', sent: true })
      }
    },
  )

  it('does not send again what a fresh connection did not answer', async () => {
    const { port, conversations } = await upstream((conversation) => {
      conversation.socket.on('data', () => conversation.hangUp())
    })
    expect(await failureOf(client().call(callTo(port)))).toMatchObject({
      reason: 'reset',
      sent: true,
    })
    expect(conversations).toHaveLength(1)
  })

  it('tells an end in the middle of the body from the end', async () => {
    for (const head of ['Content-Length: 10', 'Transfer-Encoding: chunked']) {
      const { port, connection } = await upstream()
      const call = client().call(callTo(port))
      const conversation = await connection(0)
      await conversation.hears('\r\n\r\n')
      conversation.say(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n5\r\nab`)
      const { body } = await call
      const text = body?.text()
      conversation.socket.end()
      await expect(text).rejects.toThrow('closed')
    }
  })

  it('knows where a call failed', async () => {
    const { port, close } = await scriptedUpstream()
    await close()
    expect(await failureOf(client().call(callTo(port)))).toMatchObject({
      reason: 'connect',
      sent: false,
    })
    expect(await failureOf(client().call(callTo(70_000)))).toMatchObject({
      reason: 'connect',
      sent: false,
    })
    const unresolved = client({ resolve: async () => [] })
    expect(await failureOf(unresolved.call(callTo(port, { host: 'x.test' })))).toMatchObject({
      reason: 'resolve',
      sent: false,
    })
    const failing = client({ resolve: () => Promise.reject(new Error('NXDOMAIN')) })
    expect(await failureOf(failing.call(callTo(port, { host: 'x.test' })))).toMatchObject({
      reason: 'resolve',
      sent: false,
    })
  })

  it('gives up on an answer that does not come, or stops', async () => {
    const { port, connection } = await upstream()
    const made = client()
    expect(await failureOf(made.call(callTo(port, { read_timeout: 60 })))).toMatchObject({
      reason: 'read_timeout',
      sent: true,
    })
    const call = made.call(callTo(port, { read_timeout: 60 }))
    const conversation = await connection(1)
    await conversation.hears('\r\n\r\n')
    conversation.say('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab')
    await expect((await call).body?.text()).rejects.toThrow()
    await conversation.finished()
  })

  it('gives up on an upstream that does not take the request', async () => {
    const { port } = await upstream((conversation) => conversation.pause())
    const body = new Body(Buffer.alloc(60_000_000))
    expect(
      await failureOf(client().call(callTo(port, { method: 'PUT', body, write_timeout: 60 }))),
    ).toMatchObject({ reason: 'write_timeout', sent: true })
  })

  it('leaves a connection before the upstream said that it would close it', async () => {
    const { port, connection } = await answering(
      'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1, max=10\r\nContent-Length: 2\r\n\r\nok',
    )
    const made = client()
    await made.call(callTo(port))
    expect(made.stats().idle).toBe(1)
    await (await connection(0)).finished()
  })

  it('does not send a body that was used up', async () => {
    const { port, connection } = await upstream()
    const made = client()
    const source = new ByteSource(undefined)
    const body = new Body(source, undefined, () => source.collect())
    const first = made.call(callTo(port, { method: 'POST', body }))
    const conversation = await connection(0)
    await conversation.hears('\r\n\r\n')
    expect(await failureOf(made.call(callTo(port, { method: 'POST', body })))).toMatchObject({
      reason: 'reset',
    })
    source.finish()
    await conversation.hears('0\r\n\r\n')
    conversation.say(OK)
    expect((await first).status).toBe(200)
  })

  it('comes to an end with any rubbish that an upstream says', async () => {
    const words = [
      'HTTP/1.1 ',
      '200 OK',
      '204',
      '100',
      '101',
      '\r\n',
      '\n',
      '\r',
      'Content-Length: ',
      '3',
      '0',
      'Transfer-Encoding: chunked',
      'Connection: close',
      ':',
      'abc',
      '\0',
      '\xff',
      '\r\n\r\n',
      '5\r\n',
      '0\r\n\r\n',
    ]
    let rubbish = ''
    const { port } = await upstream((conversation) => {
      conversation.socket.once('data', () => {
        conversation.say(rubbish)
        conversation.socket.end()
      })
    })
    const made = client()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...words), { maxLength: 20 }), async (said) => {
        rubbish = said.join('')
        const outcome = await made.call(callTo(port)).then(
          async ({ status, body }) => {
            await body?.read().catch(() => {})
            return status
          },
          (error: unknown) => error,
        )
        expect(typeof outcome === 'number' || outcome instanceof UpstreamFailure).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  it('takes turns for each name by itself', async () => {
    const { port } = await answering(OK)
    const made = client({
      resolve: (name) => (name === 'one.test' ? ['127.0.0.1'] : ['127.0.0.1', '127.0.0.2']),
    })
    const outcomes: string[] = []
    for (const host of ['a.test', 'b.test', 'a.test', 'b.test', 'one.test']) {
      outcomes.push(
        await made.call(callTo(port, { host })).then(
          () => `${host} ok`,
          () => `${host} no`,
        ),
      )
    }
    expect(outcomes).toEqual(['a.test ok', 'b.test ok', 'a.test no', 'b.test no', 'one.test ok'])
  })

  it('takes the addresses of a name in turn', async () => {
    const { port, conversations } = await answering(OK)
    const made = client({ resolve: () => ['127.0.0.1', '127.0.0.2'] })
    const outcomes = await Promise.all(
      [1, 2, 3, 4].map(() =>
        made.call(callTo(port)).then(
          ({ ip }) => ip,
          (error: UpstreamFailure) => error.reason,
        ),
      ),
    )
    expect(outcomes.sort()).toEqual(['127.0.0.1', '127.0.0.1', 'connect', 'connect'])
    expect(conversations).toHaveLength(2)
  })
})
