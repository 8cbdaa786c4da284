import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { selfSigned } from '#hosts/node/wire/self-signed'
import { argumentsByName, type HeadersByName, headersByName } from './messages.ts'
import type { Mock, Mocks } from './vectors.ts'

/** A request that reached the world, as it was on the wire. */
export interface Hit {
  /** Name and port that were called: `a.test:80`. */
  target: string
  scheme: 'http' | 'https'
  method: string
  path: string
  /** Text after `?`; null when there is none. */
  raw_query: string | null
  query: Record<string, unknown>
  headers: HeadersByName
  body: string
  sni: string | undefined
}

const ECHOES = new Set(['echo.test', 'a.test', 'b.test', 'c.test'])
const SINKS = new Set([
  'collector.test',
  'llm.test',
  'auth.test',
  'lambda.us-east-1.amazonaws.com',
  'fnapp.azurewebsites.net',
])
/** Resolves, refuses connections. */
const DOWN = 'down.test'

/** The upstreams and collectors that vectors speak of, on 127.0.0.1, each name and port on a real port of its own. */
export interface World {
  /** Every request since `reset`. */
  readonly hits: Hit[]
  /** What is answered instead of the defaults: by name or `name:port`; and by all echoes. */
  mocks: Mocks
  echo: Mock | undefined
  reset(): void
  /** Where a name and port really are: an address with its port. Throws for names that do not resolve. */
  address(name: string, port: number): Promise<string>
  /** The addresses of all echoes and of the one that is down, on their plain ports. */
  places(): Promise<Record<string, string>>
  /** A port that takes requests to any name in absolute form, as Cloudflare takes those of a Worker. */
  edge(): Promise<number>
  close(): Promise<void>
}

export const isEcho = ({ target }: Hit): boolean => ECHOES.has(target.split(':')[0] ?? '')

export const createWorld = (): World => {
  const servers: Server[] = []
  const places = new Map<string, Promise<string>>()
  const certificate = selfSigned('echo.test')
  const world: World = {
    hits: [],
    mocks: {},
    echo: undefined,
    reset() {
      world.hits.length = 0
      world.mocks = {}
      world.echo = undefined
    },
    address(name, port) {
      const target = `${name}:${port}`
      const place = places.get(target) ?? placeOf(name, port)
      places.set(target, place)
      return place
    },
    async places() {
      const names = [...ECHOES, DOWN].flatMap((name) =>
        [80, 8001, 8002].map((port) => ({ name, port })),
      )
      const found = names.map(async ({ name, port }) => [
        `${name}:${port}`,
        await world.address(name, port),
      ])
      return Object.fromEntries(await Promise.all(found))
    },
    async edge() {
      return portOf(await listening(createServer(tolerant, answerAsEdge)))
    },
    async close() {
      for (const server of servers) server.closeAllConnections()
      await Promise.all(
        servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
      )
    },
  }

  const listening = async (server: Server): Promise<Server> => {
    servers.push(server)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    return server
  }

  const placeOf = async (name: string, port: number): Promise<string> => {
    if (name === DOWN) return `127.0.0.1:${await closedPort()}`
    if (!ECHOES.has(name) && !SINKS.has(name)) throw new Error(`${name} does not exist`)
    const target = `${name}:${port}`
    const secure = port === 443
    const handler = (request: IncomingMessage, response: ServerResponse) =>
      void answer(
        { target, scheme: secure ? 'https' : 'http', sni: serverName(request) },
        request.url ?? '',
        request,
        response,
      )
    const server = secure
      ? createSecureServer({ ...certificate, ...tolerant }, handler)
      : createServer(tolerant, handler)
    return `127.0.0.1:${portOf(await listening(server))}`
  }

  /** A port of our own that nobody listens on any more. */
  const closedPort = async (): Promise<number> => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const port = portOf(server)
    await new Promise((resolve) => server.close(resolve))
    return port
  }

  const answerAsEdge = (request: IncomingMessage, response: ServerResponse): void => {
    const parts = /^(https?):\/\/([^/?]*)(.*)$/.exec(request.url ?? '') ?? []
    const [, , authority = '', path = '/'] = parts
    const scheme = parts[1] === 'https' ? 'https' : 'http'
    const [name = '', port = scheme === 'https' ? '443' : '80'] = authority.split(':')
    const resolved = resolveOverride(request) ?? name
    if (!ECHOES.has(resolved) && !SINKS.has(resolved)) {
      // What Cloudflare answers for an origin that refuses connections, and for one that does not resolve.
      const status = resolved === DOWN ? 521 : 530
      response.writeHead(status, { Server: 'cloudflare', 'Content-Length': '0' }).end()
      return
    }
    // The URL is all that a Worker can say of the host: it becomes the header, and the server name of the handshake.
    request.rawHeaders.push('Host', authority)
    const secure = scheme === 'https'
    const sni = secure ? name : undefined
    const url = path.startsWith('/') ? path : `/${path}`
    void answer({ target: `${resolved}:${port}`, scheme, sni }, url, request, response)
  }

  const answer = async (
    called: Pick<Hit, 'target' | 'scheme' | 'sni'>,
    url: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const { target } = called
    const hit = await hitOf(called, url, request)
    world.hits.push(hit)
    const name = target.split(':')[0] ?? ''
    const mock = next(world.mocks, target) ?? next(world.mocks, name)
    const chosen = mock ?? (ECHOES.has(name) ? world.echo : undefined)
    if (chosen) return sendMock(chosen, request, response)
    const body = ECHOES.has(name)
      ? JSON.stringify({
          method: hit.method,
          path: hit.path,
          query: hit.query,
          headers: hit.headers,
          body: hit.body,
        })
      : '{}'
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  return world
}

const tolerant = {
  insecureHTTPParser: true,
  requireHostHeader: false,
  maxHeaderSize: 262_144,
} as const

const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** What a Worker asked Cloudflare to resolve in place of the name in the URL. */
const resolveOverride = (request: IncomingMessage): string | undefined => {
  const facts = request.headers['mf-cf-blob']
  if (typeof facts !== 'string') return undefined
  return (JSON.parse(facts) as { resolveOverride?: string }).resolveOverride
}

const serverName = ({ socket }: IncomingMessage): string | undefined =>
  (socket as { servername?: string | false }).servername || undefined

const hitOf = async (
  called: Pick<Hit, 'target' | 'scheme' | 'sni'>,
  url: string,
  request: IncomingMessage,
): Promise<Hit> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const at = url.indexOf('?')
  const lines: [string, string][] = []
  for (let line = 0; line < request.rawHeaders.length; line += 2) {
    const name = request.rawHeaders[line] ?? ''
    if (name.toLowerCase() !== 'mf-cf-blob') lines.push([name, request.rawHeaders[line + 1] ?? ''])
  }
  return {
    ...called,
    method: request.method ?? '',
    path: at < 0 ? url : url.slice(0, at),
    raw_query: at < 0 ? null : url.slice(at + 1),
    query: at < 0 ? {} : argumentsByName(url.slice(at + 1)),
    headers: headersByName(lines),
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

/** The next of a list of answers; the last one sticks. */
const next = (mocks: Mocks, name: string): Mock | undefined => {
  const found = mocks[name]
  if (!Array.isArray(found)) return found
  return found.length > 1 ? found.shift() : found[0]
}

const sendMock = async (
  mock: Mock,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (mock.delay_ms) await pause(mock.delay_ms)
  if (mock.disconnect) {
    request.socket.destroy()
    return
  }
  const status = mock.status ?? 200
  const json = mock.body_json !== undefined
  const body = Buffer.from(json ? JSON.stringify(mock.body_json) : (mock.body ?? ''))
  const lines = Object.entries(mock.headers ?? {}).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, String(value)] as [string, string]),
  )
  const has = (key: string) => lines.some(([name]) => name.toLowerCase() === key)
  if (json && !has('content-type')) lines.push(['Content-Type', 'application/json'])
  const bodyless = status === 204 || status === 304
  if (!bodyless && !has('content-length') && !has('transfer-encoding')) {
    lines.push(['Content-Length', String(body.length)])
  }
  response.writeHead(status, STATUS_CODES[status], lines.flat())
  response.end(bodyless || request.method === 'HEAD' ? undefined : body)
}
