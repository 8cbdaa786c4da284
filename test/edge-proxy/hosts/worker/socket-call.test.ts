import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { standingEdge } from './standing.ts'

/** An upstream of bytes: what it received, and what it does when a request's head is there. */
let upstream: Server
let edge: Awaited<ReturnType<typeof standingEdge>>
let received = ''
let answer: (socket: Socket) => void

beforeAll(async () => {
  upstream = createServer({ allowHalfOpen: true }, (socket) => {
    let answered = false
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
      if (answered || !received.includes('\r\n\r\n')) return
      answered = true
      answer(socket)
    })
  })
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done))
  const { port } = upstream.address() as AddressInfo
  const route = (name: string, timeouts = {}) => ({
    name,
    url: `http://127.0.0.1:${port}/`,
    retries: 0,
    ...timeouts,
    routes: [{ name, paths: [`/${name}`], preserve_host: true }],
  })
  edge = await standingEdge({
    _format_version: '3.0',
    services: [
      route('any'),
      route('slow', { read_timeout: 150 }),
      { ...route('closed'), url: 'http://127.0.0.1:9/' },
    ],
  })
})

afterAll(async () => {
  await edge.stop()
  upstream.close()
})

beforeEach(() => {
  received = ''
})

const says = (text: string) => (socket: Socket) => {
  socket.end(text, 'latin1')
}

/** Sends a request to the gateway under a Host that is not the upstream's, and answers status, head and body. */
const ask = (target: string, method = 'GET', rest = '\r\n') =>
  new Promise<{ status: number; head: string; body: string }>((resolve, reject) => {
    const socket = connect(edge.port, '127.0.0.1')
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', reject)
    socket.on('end', () => {
      const end = text.indexOf('\r\n\r\n')
      resolve({
        status: Number(text.split(' ')[1]),
        head: text.slice(0, end).toLowerCase(),
        body: text.slice(end + 4),
      })
    })
    socket.write(
      `${method} ${target} HTTP/1.1\r\nHost: Client.Test:81\r\nConnection: close\r\n${rest}`,
      'latin1',
    )
  })

/** The content of a chunked body: what stands behind each size. */
const dechunked = (body: string): string => {
  const size = Number.parseInt(body, 16)
  if (!size) return ''
  const from = body.indexOf('\r\n') + 2
  return body.slice(from, from + size) + dechunked(body.slice(from + size + 2))
}

describe('a call with another Host than the address', () => {
  it('sends that Host to the letter, and says that the connection is for one call', async () => {
    answer = says('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
    const { status, body } = await ask('/any/x?y')
    expect([status, body]).toEqual([200, 'hi'])
    expect(received).toMatch(/^GET \/x\?y HTTP\/1\.1\r\n/)
    expect(received).toContain('\r\nHost: Client.Test:81\r\n')
    expect(received).toContain('\r\nConnection: close\r\n')
  })

  it('passes a chunked answer on, chunk sizes and trailers taken off', async () => {
    answer = says(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n',
    )
    const { head, body } = await ask('/any')
    expect(dechunked(body)).toBe('abcde')
    expect(head).not.toContain('x-t')
  })

  it('takes an answer that ends with the connection', async () => {
    answer = says('HTTP/1.0 200 OK\r\n\r\nuntil the end')
    expect((await ask('/any')).body).toContain('until the end')
  })

  it('passes over interim answers, and keeps repeated lines', async () => {
    answer = says(
      'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Made\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n',
    )
    const { status, head } = await ask('/any')
    expect(status).toBe(201)
    expect(head).toContain('set-cookie: a=1\r\n')
    expect(head).toContain('set-cookie: b=2\r\n')
  })

  it('sends a body with its length, and one of unknown length in chunks', async () => {
    answer = (socket) => {
      setTimeout(() => socket.end('HTTP/1.1 204 No Content\r\n\r\n'), 100)
    }
    await ask('/any', 'POST', 'Content-Length: 3\r\n\r\nabc')
    expect(received).toContain('\r\nContent-Length: 3\r\n')
    expect(received.endsWith('\r\n\r\nabc')).toBe(true)
    received = ''
    await ask('/any', 'POST', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n')
    expect(received).toContain('\r\nTransfer-Encoding: chunked\r\n')
    expect(received.endsWith('3\r\nabc\r\n0\r\n\r\n')).toBe(true)
  })

  it('has no body after HEAD', async () => {
    answer = says('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n')
    const { status, head, body } = await ask('/any', 'HEAD')
    expect([status, body]).toEqual([200, ''])
    expect(head).toContain('content-length: 5')
  })

  it.each([
    ['nothing', ''],
    ['something else', 'SSH-2.0-x\r\n'],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-'],
    ['a broken header', 'HTTP/1.1 200 OK\r\nbroken\r\n\r\n'],
    ['a broken length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['a status that there is not', 'HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n'],
  ])('is a 502 when the upstream answers %s', async (_, text) => {
    answer = says(text)
    expect((await ask('/any')).status).toBe(502)
  })

  it('is a 504 when the upstream is silent for longer than read_timeout', async () => {
    answer = () => {}
    expect((await ask('/slow')).status).toBe(504)
  })

  it('is a 502 when nobody listens', async () => {
    expect((await ask('/closed')).status).toBe(502)
  })
})
