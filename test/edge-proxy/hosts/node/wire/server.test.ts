import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { Body } from '#engine/body'
import type { Arrival, ExchangeResponse } from '#engine/exchange'
import { HeaderList } from '#engine/headers'
import type { Limits } from '#hosts/node/wire/limits'
import { createServer, type Handled, type Server } from '#hosts/node/wire/server'
import { answersIn, dial, until } from './conversation.ts'

const answer = (
  text: string | undefined,
  more: Partial<ExchangeResponse> = {},
  lines: [string, string][] = [],
): Handled => ({
  response: {
    status: 200,
    reason: undefined,
    headers: HeaderList.from(lines),
    body: text === undefined ? undefined : Body.of(text),
    ...more,
  },
})

interface Started {
  server: Server
  port: number
  finished: { handled: Handled; sentBytes: number }[]
}

const servers: Server[] = []

const serve = async (
  onRequest: (arrival: Arrival) => Handled | Promise<Handled>,
  limits: Partial<Limits> = {},
  onFault: (error: unknown) => void = () => {},
): Promise<Started> => {
  const finished: Started['finished'] = []
  const server = createServer<Handled>({
    onRequest,
    onFinish: (handled, sentBytes) => finished.push({ handled, sentBytes }),
    onFault,
    limits,
  })
  servers.push(server)
  return { server, port: await server.listen({ port: 0, address: '127.0.0.1' }), finished }
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)))
})

const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'
const echo = async ({ method, path, body }: Arrival): Promise<Handled> =>
  answer(`${method} ${path} ${body ? await body.text() : '-'}`)

describe('the server', () => {
  it('tells the handler all it knows of a request', async () => {
    let seen: Arrival | undefined
    const { port } = await serve((arrival) => {
      seen = arrival
      return answer('ok')
    })
    const head = 'GET /p%2F?a=b HTTP/1.1\r\nHost: a.test\r\nX-A: 1\r\n\r\n'
    const client = dial(port).say(head)
    await client.hears('ok')
    expect(seen).toMatchObject({
      method: 'GET',
      scheme: 'http',
      http_version: '1.1',
      path: '/p%2F',
      query: 'a=b',
      peer: '127.0.0.1',
      peer_port: client.socket.localPort,
      port,
      tls: undefined,
      body: undefined,
      head_bytes: head.length,
    })
    expect(seen?.headers.get('x-a')).toBe('1')
    client.hangUp()
  })

  it('writes status, lines and body in one piece, with a length and a date', async () => {
    const { port, finished } = await serve(() =>
      answer('hello', { status: 201, reason: 'Made' }, [
        ['X-One', '1'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ]),
    )
    const client = dial(port).say(GET)
    const [bytes] = (await once(client.socket, 'data')) as [Buffer]
    const text = bytes.toString('latin1')
    expect(text).toMatch(
      /^HTTP\/1\.1 201 Made\r\nDate: [^\r]+ GMT\r\nX-One: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello$/,
    )
    expect(finished).toMatchObject([{ sentBytes: text.length }])
    client.hangUp()
  })

  it('frames the answer itself, whatever the lines say', async () => {
    const { port } = await serve(() =>
      answer('hello', {}, [
        ['Content-Length', '999'],
        ['Transfer-Encoding', 'chunked'],
        ['Connection', 'close'],
        ['Keep-Alive', 'timeout=5'],
      ]),
    )
    const client = dial(port).say(GET)
    const heard = await client.hears('hello')
    expect(heard).toMatch(/Content-Length: 5\r\nConnection: keep-alive\r\n\r\nhello$/)
    expect(heard).not.toMatch(/999|chunked|timeout/)
    client.hangUp()
  })

  it('never lets a value end its line', async () => {
    const { port } = await serve(() =>
      answer('x', { reason: 'Fine\r\nX-Bad: 1' }, [
        ['X-A', 'a\r\nX-Bad: 1'],
        ['X-B', 'ab\u010d\u010aX-Bad: 1'],
        ['X-C\r\nX-Bad', '1'],
      ]),
    )
    const client = dial(port).say(GET)
    const heard = await client.until((text) => text.endsWith('x'))
    expect(heard).toContain('X-A: a  X-Bad: 1\r\n')
    expect(heard).not.toMatch(/\nX-Bad/)
    client.hangUp()
  })

  it('answers pipelined requests in their order, one at a time', async () => {
    let running = 0
    let most = 0
    const waits: (() => void)[] = []
    const { port } = await serve(async (arrival) => {
      most = Math.max(most, ++running)
      if (arrival.path === '/1') await new Promise<void>((resolve) => waits.push(resolve))
      running--
      return echo(arrival)
    })
    const requests = ['/1', '/2', '/3', '/4'].map(
      (path, at) => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nb${at}`,
    )
    const client = dial(port).say(requests.join(''))
    await until(() => waits.length > 0)
    waits[0]?.()
    const heard = await client.until((text) => answersIn(text).length === 4)
    expect(answersIn(heard).map(({ body }) => body)).toEqual([
      'POST /1 b0',
      'POST /2 b1',
      'POST /3 b2',
      'POST /4 b3',
    ])
    expect(most).toBe(1)
    client.hangUp()
  })

  it('answers thousands of pipelined requests without a deep stack', async () => {
    const { port } = await serve(() => answer('x'))
    const client = dial(port).say(GET.repeat(5000))
    await client.until((text) => text.split('HTTP/1.1 200').length === 5001)
    client.hangUp()
  })

  it.each([
    ['HTTP/1.1', '', 'keep-alive'],
    ['HTTP/1.1', 'Connection: close\r\n', 'close'],
    ['HTTP/1.0', '', 'close'],
    ['HTTP/1.0', 'Connection: keep-alive\r\n', 'keep-alive'],
  ])('keeps or closes the connection as asked: %s %s', async (version, lines, said) => {
    const { port } = await serve(() => answer('x'))
    const client = dial(port).say(`GET / ${version}\r\nHost: a\r\n${lines}\r\n`)
    const heard = await client.hears('\r\n\r\nx')
    expect(heard).toContain(`Connection: ${said}\r\n`)
    if (said === 'close') await client.finished()
    else {
      client.say(GET)
      await client.until((text) => answersIn(text).length === 2)
    }
    client.hangUp()
  })

  it('closes after as many requests as are allowed', async () => {
    const { port } = await serve(() => answer('x'), { requests_per_connection: 2 })
    const client = dial(port).say(GET.repeat(3))
    const answers = answersIn(await client.finished())
    expect(answers.map(({ head }) => /Connection: (.*)/.exec(head)?.[1])).toEqual([
      'keep-alive',
      'close',
    ])
  })

  it.each([
    ['HEAD', 200, 'hello', 'Content-Length: 5'],
    ['GET', 304, undefined, 'Content-Length: 7'],
    ['GET', 204, 'ignored', undefined],
  ])('sends no body to %s with %d', async (method, status, text, length) => {
    const { port } = await serve(() =>
      answer(text, { status }, status === 304 ? [['Content-Length', '7']] : []),
    )
    const client = dial(port).say(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(2))
    const heard = await client.until((said) => said.split('\r\n\r\n').length === 3)
    if (length) expect(heard).toContain(length)
    else expect(heard).not.toContain('Content-Length')
    expect(heard.endsWith('\r\n\r\n')).toBe(true)
    client.hangUp()
  })

  it('passes the length that a HEAD answer announces for the body it stands for', async () => {
    const { port } = await serve(() => answer(undefined, {}, [['Content-Length', '1234']]))
    const client = dial(port).say('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(await client.hears('\r\n\r\n')).toContain('Content-Length: 1234\r\n')
    client.hangUp()
  })

  it('asks for the body by 100 (Continue) only when somebody wants it', async () => {
    const { port } = await serve(async (arrival) =>
      arrival.path === '/read' ? echo(arrival) : answer('no', { status: 403 }),
    )
    const post = (path: string) =>
      `POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n`
    const reading = dial(port).say(post('/read'))
    expect(await reading.hears('100 Continue\r\n\r\n')).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    reading.say('body')
    await reading.hears('POST /read body')
    reading.hangUp()

    const refusing = dial(port).say(post('/refuse'))
    const heard = await refusing.finished()
    expect(heard).toMatch(/^HTTP\/1\.1 403 /)
    expect(heard).toContain('Connection: close')
    refusing.hangUp()
  })

  it('does not send 100 (Continue) to who sent the body along, or speaks HTTP/1.0', async () => {
    const { port } = await serve(echo)
    for (const version of ['1.0', '1.1']) {
      const client = dial(port).say(
        `POST / HTTP/${version}\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody`,
      )
      expect(await client.finished()).toMatch(/^HTTP\/1\.1 200 /)
      client.hangUp()
    }
  })

  it('reads a short rest of a body that nobody wanted, and goes on', async () => {
    const { port } = await serve(({ method }) => answer(method))
    const client = dial(port).say(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\nab`)
    await client.hears('\r\n\r\nPOST')
    client.say('c'.repeat(19_998)).say(GET)
    await client.hears('\r\n\r\nGET')
    client.hangUp()
  })

  it('answers before a long body is there, closes, and lets the client read the answer', async () => {
    const { port } = await serve(() => answer('too much', { status: 413 }))
    const client = dial(port).say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n')
    const block = Buffer.alloc(1_000_000)
    for (let n = 0; n < 20; n++) client.say(block)
    const heard = await client.finished()
    expect(heard).toMatch(/^HTTP\/1\.1 413 [\s\S]*Connection: close[\s\S]*too much$/)
    client.hangUp()
  })

  it('refuses in words of the error page, tells nobody, and closes', async () => {
    const { port, finished } = await serve(() => answer('never'))
    const client = dial(port).say('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nGET / HTTP/1.1\r\n')
    const heard = await client.finished()
    expect(heard).toMatch(
      /^HTTP\/1\.1 400 Bad Request[\s\S]*Connection: close\r\n\r\nBad Request\n$/,
    )
    expect(finished).toEqual([])
    client.hangUp()
  })

  it('answers what came before an unsound request', async () => {
    const { port } = await serve(() => answer('fine'))
    const client = dial(port).say(`${GET}GET /\x00 HTTP/1.1\r\n\r\n`)
    expect(answersIn(await client.finished()).map(({ status }) => status)).toEqual([200, 400])
    client.hangUp()
  })

  it('answers 400 when a body turns out unsound before its answer', async () => {
    let reached = false
    const { port, finished } = await serve(async ({ body }) => {
      reached = true
      await body?.read().catch(() => {})
      return answer('late')
    })
    const client = dial(port).say(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    client.say('5\r\nhello\r\n')
    await until(() => reached)
    client.say('zz\r\n')
    expect(await client.finished()).toMatch(/^HTTP\/1\.1 400 /)
    expect(finished).toHaveLength(1)
    client.hangUp()
  })

  it('turns a handler that fails into a 500 without its message', async () => {
    const faults: unknown[] = []
    const { port } = await serve(
      () => Promise.reject(new Error('secret detail')),
      {},
      (error) => faults.push(error),
    )
    const client = dial(port).say(GET)
    const heard = await client.until((text) => answersIn(text).length === 1)
    expect(heard).toMatch(/^HTTP\/1\.1 500 /)
    expect(heard).not.toContain('secret')
    expect(faults).toHaveLength(1)
    client.hangUp()
  })

  it('survives a handler that throws at once, and an end that throws', async () => {
    const faults: unknown[] = []
    const server = createServer<Handled>({
      onRequest({ path }) {
        if (path === '/') throw new Error('at once')
        return answer('fine')
      },
      onFinish() {
        throw new Error('at the end')
      },
      onFault: (error) => faults.push(error),
    })
    servers.push(server)
    const port = await server.listen({ port: 0, address: '127.0.0.1' })
    const client = dial(port).say(`${GET}GET /fine HTTP/1.1\r\nHost: a\r\n\r\n`)
    await client.until((text) => answersIn(text).length === 2)
    expect(answersIn(client.heard).map(({ status }) => status)).toEqual([500, 200])
    expect(faults.map(String)).toEqual(['Error: at once', 'Error: at the end'])
    client.hangUp()
  })

  it.each([
    ['a status that is none', () => answer('x', { status: 1000 }), /^HTTP\/1\.1 500 /],
    ['no answer', () => ({ response: undefined }), /^HTTP\/1\.1 500 /],
    ['headers that are none', () => answer('x', { headers: {} as HeaderList }), /^$/],
    [
      'a body that cannot be read',
      () => answer('', { body: new Body({}, 5, () => Promise.reject(new Error('no'))) }),
      /^$/,
    ],
  ])('survives a handler that answers with %s', async (_title, broken, expected) => {
    const { port, finished } = await serve(async ({ path }) =>
      path === '/' ? broken() : answer('fine'),
    )
    const client = dial(port).say('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(await client.finished()).toMatch(expected)
    await until(() => finished.length === 1)
    const next = dial(port).say('GET /next HTTP/1.1\r\nHost: a\r\n\r\n')
    await next.hears('fine')
    next.hangUp()
  })

  it('gives each of many like requests headers of its own', async () => {
    const seen: string[] = []
    const { port } = await serve(({ headers }) => {
      seen.push([...headers].join(';'))
      headers.set('Host', 'changed')
      headers.append('X-Added', '1')
      headers.delete('x-a')
      return answer('x')
    })
    const like = 'GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n\r\n'
    const other = 'GET / HTTP/1.1\r\nHost: a\r\nX-A: 2\r\n\r\n'
    const client = dial(port).say(like.repeat(4) + other + like.repeat(2))
    await client.until((text) => answersIn(text).length === 7)
    const [first, second] = ['Host,a;X-A,1', 'Host,a;X-A,2']
    expect(seen).toEqual([first, first, first, first, second, first, first])
    client.hangUp()
  })

  it('names the protocols to upgrade to in a 426', async () => {
    const { port } = await serve(() =>
      answer('up', { status: 426 }, [['Upgrade', 'TLS/1.2, HTTP/1.1']]),
    )
    const client = dial(port).say(GET)
    const heard = await client.until((text) => answersIn(text).length === 1)
    expect(heard).toContain('Upgrade: TLS/1.2, HTTP/1.1\r\n')
    expect(heard).toContain('Connection: Upgrade\r\n')
    client.hangUp()
  })

  it('cuts off clients that are idle, slow to send a head, or slow to send a body', async () => {
    const { port } = await serve(echo, {
      keep_alive_timeout: 100,
      header_timeout: 100,
      body_timeout: 100,
    })
    const silent = dial(port)
    const idle = dial(port).say(GET)
    const head = dial(port).say('GET / HTT')
    const body = dial(port).say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab')
    expect(await silent.finished()).toBe('')
    expect(answersIn(await idle.finished())).toHaveLength(1)
    expect(await head.finished()).toBe('')
    expect(await body.finished()).toBe('')
  })

  it('does not let a trickle of header bytes hold a connection', async () => {
    const { port } = await serve(echo, { header_timeout: 200 })
    const client = dial(port).say('GET / HTTP/1.1\r\n')
    const trickle = setInterval(() => client.say('X'), 20)
    await client.finished()
    clearInterval(trickle)
    client.hangUp()
  })

  it('cuts off a client that does not take its answer', async () => {
    const { port, finished } = await serve(
      () => answer(undefined, { body: new Body(Buffer.alloc(50_000_000)) }),
      { send_timeout: 100 },
    )
    const client = dial(port).say(GET)
    client.pause()
    await until(() => finished.length > 0)
    expect(finished).toHaveLength(1)
    client.hangUp()
  })

  it('tells the end once when the client leaves before the answer', async () => {
    const gates: (() => void)[] = []
    const { port, finished, server } = await serve(async () => {
      await new Promise<void>((resolve) => gates.push(resolve))
      return answer('nobody reads this')
    })
    const client = dial(port).say(GET)
    await until(() => gates.length > 0)
    client.hangUp()
    await until(() => server.stats().connections === 0)
    expect(finished).toEqual([])
    gates[0]?.()
    await until(() => finished.length > 0)
    expect(finished).toMatchObject([{ sentBytes: 0 }])
  })

  it('closes gracefully: ends what is under way, refuses what is new', async () => {
    const gates: (() => void)[] = []
    const { port, server } = await serve(async () => {
      await new Promise<void>((resolve) => gates.push(resolve))
      return answer('done')
    })
    const idle = dial(port)
    const busy = dial(port).say(GET)
    await until(() => gates.length > 0)
    const closed = server.close(5000)
    expect(await idle.finished()).toBe('')
    gates[0]?.()
    const heard = await busy.finished()
    expect(heard).toContain('Connection: close')
    expect(heard).toContain('done')
    idle.hangUp()
    busy.hangUp()
    await closed
    expect(await dial(port).finished()).toBe('')
  })

  it('cuts off who is not ready when the grace is over', async () => {
    const { port, server } = await serve(() => new Promise(() => {}))
    const busy = dial(port).say(GET)
    await until(() => server.stats().active > 0)
    await server.close(20)
    expect(await busy.finished()).toBe('')
  })

  it('says which port is in use', async () => {
    const { port } = await serve(echo)
    const second = createServer({ onRequest: echo })
    await expect(second.listen({ port, address: '127.0.0.1' })).rejects.toThrow(String(port))
  })
})
