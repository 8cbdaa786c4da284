import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { standingEdge } from './standing.ts'

let upstream: Server
let edge: Awaited<ReturnType<typeof standingEdge>>
let answer: (request: IncomingMessage, response: ServerResponse) => void
let seen: { method?: string; url?: string; lines: string[]; body: string }[] = []

const echo = (_: IncomingMessage, response: ServerResponse) => response.end('hello')

beforeAll(async () => {
  upstream = createServer((request, response) => {
    const { method, url, rawHeaders: lines } = request
    const facts = { method, url, lines, body: '' }
    request.on('data', (chunk: Buffer) => {
      facts.body += chunk.toString('latin1')
    })
    seen.push(facts)
    answer(request, response)
  })
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done))
  const { port } = upstream.address() as AddressInfo
  edge = await standingEdge({
    _format_version: '3.0',
    services: [
      { name: 'up', url: `http://127.0.0.1:${port}/`, routes: [{ name: 'up', paths: ['/up'] }] },
      {
        name: 'named',
        url: `http://127.0.0.1:${port}/`,
        routes: [{ name: 'named', paths: ['/named'], preserve_host: true }],
      },
      {
        name: 'slow',
        url: `http://127.0.0.1:${port}/`,
        connect_timeout: 100,
        read_timeout: 200,
        retries: 0,
        routes: [{ name: 'slow', paths: ['/slow'] }],
      },
      {
        name: 'closed',
        url: 'http://127.0.0.1:9/',
        retries: 0,
        routes: [{ name: 'closed', paths: ['/closed'] }],
      },
      {
        name: 'nowhere',
        url: 'http://nowhere.invalid/',
        retries: 0,
        routes: [{ name: 'nowhere', paths: ['/nowhere'] }],
      },
    ],
    routes: [
      {
        name: 'interim',
        paths: ['/interim'],
        plugins: [{ name: 'request-termination', config: { status_code: 102 } }],
      },
    ],
  })
})

afterAll(async () => {
  await edge.stop()
  upstream.close()
  upstream.closeAllConnections()
})

beforeEach(() => {
  seen = []
  answer = echo
})

/** Sends bytes and answers all that came back. */
const wire = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(edge.port, '127.0.0.1')
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      received += chunk
    })
    socket.on('end', () => resolve(received))
    socket.on('error', reject)
    socket.write(text, 'latin1')
  })

const get = (target: string, lines = ''): Promise<string> =>
  wire(`GET ${target} HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\n${lines}\r\n`)

const headerOf = (lines: string[], name: string): string | undefined =>
  lines[lines.findIndex((line, at) => at % 2 === 0 && line.toLowerCase() === name) + 1]

const bodyOf = (message: string): string => message.slice(message.indexOf('\r\n\r\n') + 4)

describe('a request through the Worker', () => {
  it('reaches the upstream with the path in normal form and the query as it was sent', async () => {
    await get('/up/a//b%2fc%41;d=e?x=%20&y?=z&&')
    expect(seen[0]?.url).toBe('/a/b%2FcA;d=e?x=%20&y?=z&&')
  })

  it('keeps a bare question mark', async () => {
    await get('/up?')
    expect(seen[0]?.url).toBe('/?')
  })

  it('tells the upstream who asked, and for what', async () => {
    await get('/up/x')
    const lines = seen[0]?.lines ?? []
    expect(headerOf(lines, 'x-forwarded-for')).toBe('127.0.0.1')
    expect(headerOf(lines, 'x-forwarded-host')).toBe('gateway.test')
    expect(headerOf(lines, 'x-forwarded-path')).toBe('/up/x')
    expect(headerOf(lines, 'x-forwarded-proto')).toBe('http')
  })

  it('names the client once though Cloudflare has named it before', async () => {
    await edge.miniflare.dispatchFetch('http://gateway.test/up', {
      headers: {
        'cf-connecting-ip': '203.0.113.9',
        'x-forwarded-for': '198.51.100.7, 203.0.113.9',
      },
      cf: { httpProtocol: 'HTTP/2' },
    })
    expect(headerOf(seen[0]?.lines ?? [], 'x-forwarded-for')).toBe('198.51.100.7, 203.0.113.9')
    expect(headerOf(seen[0]?.lines ?? [], 'x-real-ip')).toBe('203.0.113.9')
    expect(headerOf(seen[0]?.lines ?? [], 'via')).toMatch(/^2 /)
  })

  it('sends the Host of the client, to the letter, when the route preserves it', async () => {
    await get('/named')
    expect(headerOf(seen[0]?.lines ?? [], 'host')).toBe('gateway.test')
  })

  it('sends a body to an upstream that is called by another name', async () => {
    answer = (request, response) => request.on('end', () => response.end('taken'))
    const message = await wire(
      'POST /named HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello',
    )
    expect(seen[0]?.body).toBe('hello')
    expect(message).toContain('taken')
  })

  it('passes a body of known length on as it is', async () => {
    answer = (request, response) => request.on('end', () => response.end())
    const body = 'x'.repeat(200_000)
    await wire(
      `POST /up HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect(seen[0]?.body).toHaveLength(body.length)
    expect(headerOf(seen[0]?.lines ?? [], 'content-length')).toBe(String(body.length))
  })

  it('passes a chunked body on', async () => {
    answer = (request, response) => request.on('end', () => response.end())
    await wire(
      'POST /up HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    )
    expect(seen[0]?.body).toBe('abcde')
  })
})

describe('an answer through the Worker', () => {
  it('leaves compressed bytes as they are', async () => {
    const zipped = gzipSync('some text')
    answer = (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped, 'latin1')
    const message = await get('/up', 'Accept-Encoding: gzip\r\n')
    expect(message.toLowerCase()).toContain('content-encoding: gzip')
    expect(message).toContain(zipped.toString('latin1'))
  })

  it('keeps the lines of Set-Cookie apart', async () => {
    answer = (_, response) => response.writeHead(200, { 'set-cookie': ['a=1', 'b=2, c'] }).end()
    const lines = (await get('/up')).split('\r\n').map((line) => line.toLowerCase())
    expect(lines).toContain('set-cookie: a=1')
    expect(lines).toContain('set-cookie: b=2, c')
  })

  it('hands a redirect to the client', async () => {
    answer = (_, response) => response.writeHead(302, { location: '/elsewhere' }).end()
    const message = await get('/up')
    expect(message).toMatch(/^HTTP\/1\.1 302 /)
    expect(message.toLowerCase()).toContain('location: /elsewhere')
    expect(seen).toHaveLength(1)
  })

  it('keeps the reason phrase and the status', async () => {
    answer = (_, response) => response.writeHead(418, 'Short And Stout').end('tea')
    expect(await get('/up')).toMatch(/^HTTP\/1\.1 418 Short And Stout\r\n/)
  })

  it('answers HEAD with the length and without the body', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-length': '5' }).end()
    const message = await wire(
      'HEAD /up HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\n\r\n',
    )
    expect(message.toLowerCase()).toContain('content-length: 5')
    expect(bodyOf(message)).toBe('')
  })

  it('begins before the upstream has ended', async () => {
    let finish = () => {}
    answer = (_, response) => {
      response.write('first')
      finish = () => response.end(' last')
    }
    const response = await fetch(`http://127.0.0.1:${edge.port}/up`)
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const first = await reader.read()
    expect(new TextDecoder().decode(first.value)).toBe('first')
    finish()
    const last = await reader.read()
    expect(new TextDecoder().decode(last.value)).toBe(' last')
  })
})

describe('an upstream that fails', () => {
  it('is a 502 when it does not take the connection', async () => {
    expect(await get('/closed')).toMatch(/^HTTP\/1\.1 502 /)
  })

  it('is a 502 when it breaks off', async () => {
    answer = (request) => request.socket.destroy()
    expect(await get('/up')).toMatch(/^HTTP\/1\.1 502 /)
  })

  it.each([101, 600, 999])(
    'is a 502, and counted, when it answers with status %i',
    async (status) => {
      const before = (await edge.points()).length
      answer = (request) => request.socket.end(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`)
      expect(await get('/up')).toMatch(/^HTTP\/1\.1 502 /)
      const points = async () => (await edge.points()).slice(before)
      for (let tries = 0; (await points()).length < 1 && tries < 100; tries++);
      expect(await points()).toMatchObject([{ blob8: '502' }])
    },
  )

  it('is a 503 when its name does not resolve', async () => {
    const message = await get('/nowhere')
    expect(message).toMatch(/^HTTP\/1\.1 503 /)
    expect(message).toContain('name resolution failed')
  })

  it('is a 504 when it does not answer in time', async () => {
    answer = () => {}
    expect(await get('/slow')).toMatch(/^HTTP\/1\.1 504 /)
  })

  it('may take longer for the body than for the headers', async () => {
    answer = (_, response) => {
      response.writeHead(200).write('a')
      setTimeout(() => response.end('b'), 500)
    }
    expect(bodyOf(await get('/slow'))).toContain('b')
  })
})

describe('a status that a Worker cannot send', () => {
  it('is a 500 to the client and in the record', async () => {
    const before = (await edge.points()).length
    expect(await get('/interim')).toMatch(/^HTTP\/1\.1 500 /)
    const points = async () => (await edge.points()).slice(before)
    for (let tries = 0; (await points()).length < 1 && tries < 100; tries++);
    expect((await points())[0]).toMatchObject({ blob8: '500' })
  })
})

describe('the record of a request', () => {
  it('is one data point, with the bytes that left', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-length': '5' }).end('hello')
    const before = (await edge.points()).length
    await get('/up/recorded')
    await get('/nothing/here')
    const points = async () => (await edge.points()).slice(before)
    for (let tries = 0; (await points()).length < 2 && tries < 100; tries++);
    const [proxied, refused] = await points()
    expect(proxied).toMatchObject({
      dataset: 'requests',
      index1: 'group-1',
      blob1: 'group-1',
      blob2: 'node-1',
      blob3: 'worker',
      blob7: 'GET',
      blob8: '200',
      blob9: 'upstream',
      double1: 1,
    })
    expect(Number(proxied?.double7)).toBeGreaterThanOrEqual(5)
    expect(refused).toMatchObject({ blob8: '404', blob9: 'exit', double1: 1 })
  })
})
