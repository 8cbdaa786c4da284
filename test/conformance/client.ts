import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import { type HeadersByName, headersByName } from './messages.ts'
import type { VectorRequest } from './vectors.ts'

/** What a client got back. */
export interface ClientResponse {
  status: number
  headers: HeadersByName
  body: string
}

/** Where to connect to, and from which address. */
export interface Door {
  port: number
  /** Speaks TLS, with this server name (none: undefined). */
  tls: { servername: string | undefined } | undefined
  localAddress: string | undefined
}

/** Milliseconds that an answer may take. */
const PATIENCE = 20_000

/** The bytes of a request, exactly as the vector has them. `target`: what stands in the request line. */
export const requestBytes = (
  request: VectorRequest,
  target: string,
  added: [string, string][] = [],
): Buffer => {
  const lines: [string, string][] = []
  if (request.host !== null) lines.push(['Host', request.host ?? 'gw.test'])
  for (const [name, values] of Object.entries(request.headers ?? {})) {
    for (const value of [values].flat()) lines.push([name, value])
  }
  const has = (key: string) => lines.some(([name]) => name.toLowerCase() === key)
  const [body, type] = bodyOf(request)
  if (type !== undefined && !has('content-type')) lines.push(['Content-Type', type])
  if (body !== undefined && !has('content-length') && !has('transfer-encoding')) {
    lines.push(['Content-Length', String(Buffer.byteLength(body))])
  }
  if (!has('connection')) lines.push(['Connection', 'close'])
  lines.push(...added)
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([
    Buffer.from(`${request.method ?? 'GET'} ${target} HTTP/1.1\r\n${head}\r\n`, 'latin1'),
    Buffer.from(body ?? ''),
  ])
}

/** Sends bytes over a connection of its own and reads one answer. Rejects when there is none. */
export const exchangeBytes = (door: Door, bytes: Buffer, method: string): Promise<ClientResponse> =>
  new Promise((resolve, reject) => {
    const address = { host: '127.0.0.1', port: door.port, localAddress: door.localAddress }
    const socket: Socket = door.tls
      ? connectSecure({
          ...address,
          servername: door.tls.servername ?? '',
          rejectUnauthorized: false,
          ALPNProtocols: ['http/1.1'],
        })
      : connectPlain(address)
    let received = Buffer.alloc(0)
    const settle = (ended: boolean) => {
      const answer = parse(received, method, ended)
      if (!answer) return
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error('no answer in time')))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      settle(false)
    })
    socket.on('end', () => {
      settle(true)
      reject(new Error('the connection ended without an answer'))
    })
    socket.on('error', reject)
    socket.write(bytes)
  })

const bodyOf = (request: VectorRequest): [body: string | undefined, type: string | undefined] => {
  if (request.body_json !== undefined)
    return [JSON.stringify(request.body_json), 'application/json']
  if (request.body_form !== undefined) {
    const pairs = Object.entries(request.body_form).flatMap(([name, values]) =>
      [values].flat().map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
    )
    return [pairs.join('&'), 'application/x-www-form-urlencoded']
  }
  if (request.body_repeat)
    return [request.body_repeat.text.repeat(request.body_repeat.times), undefined]
  return [request.body, undefined]
}

const parse = (bytes: Buffer, method: string, ended: boolean): ClientResponse | undefined => {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...rest] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(first.split(' ')[1])
  if (status >= 100 && status < 200) return parse(bytes.subarray(end + 4), method, ended)
  const headers = headersByName(
    rest.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
    }),
  )
  const content = bytes.subarray(end + 4)
  const body = framed(
    content,
    headers,
    ended,
    method === 'HEAD' || status === 204 || status === 304,
  )
  return body && { status, headers, body: body.toString('utf8') }
}

/** The body, when all of it is there. */
const framed = (
  content: Buffer,
  headers: HeadersByName,
  ended: boolean,
  bodyless: boolean,
): Buffer | undefined => {
  if (bodyless) return content.subarray(0, 0)
  if (String(headers['transfer-encoding'] ?? '').includes('chunked')) return dechunk(content)
  const length = headers['content-length']
  if (length === undefined) return ended ? content : undefined
  return content.length >= Number(length) ? content.subarray(0, Number(length)) : undefined
}

const dechunk = (content: Buffer): Buffer | undefined => {
  const chunks: Buffer[] = []
  let at = 0
  for (;;) {
    const end = content.indexOf('\r\n', at)
    if (end < 0) return undefined
    const size = Number.parseInt(content.subarray(at, end).toString('latin1'), 16)
    if (size === 0) return Buffer.concat(chunks)
    if (content.length < end + 2 + size + 2) return undefined
    chunks.push(content.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}
