import { type AddressSet, addressSet } from './address.ts'
import type { Arrival, Exchange, ExchangeRequest, UpstreamTarget } from './exchange.ts'
import { HeaderList } from './headers.ts'
import type { Settings } from './settings.ts'
import { PRODUCT } from './settings.ts'

/** Who the client is, and what the request looked like where the client sent it. */
export interface Forwarding {
  /** Address of the client: the peer, or what trusted proxies say of it. */
  client(arrival: Arrival): string
  forwarded(arrival: Arrival, host: string): ExchangeRequest['forwarded']
  /** The header lines for the upstream: the client's, less what belongs to one hop, plus ours. */
  upstreamHeaders(exchange: Exchange, target: UpstreamTarget): HeaderList
}

/** Lines that end at a hop, or that we write ourselves. */
const dropped = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'expect',
  'via',
  'x-real-ip',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-path',
  'x-forwarded-prefix',
  'x-kong-request-id',
])
const keptThoughNamed = new Set(['close', 'keep-alive', 'upgrade'])

export const forwarding = (settings: Settings): Forwarding => {
  const trusted = addressSet(settings.trusted_ips)
  const anyTrusted = settings.trusted_ips.length > 0
  const realIpHeader = settings.real_ip_header.toLowerCase()
  const sendsRequestId = settings.headers_upstream.includes('X-Kong-Request-Id')

  const client = (arrival: Arrival): string => {
    if (!anyTrusted || !trusted.has(arrival.peer)) return arrival.peer
    const told = arrival.headers.getAll(realIpHeader).join(',')
    if (told === '') return arrival.peer
    if (realIpHeader !== 'x-forwarded-for') return told.trim()
    return lastClient(told, trusted, settings.real_ip_recursive) ?? arrival.peer
  }

  return {
    client,

    forwarded(arrival, host) {
      const seen = {
        scheme: arrival.scheme,
        host,
        port: String(arrival.port),
        path: arrival.path,
        prefix: undefined,
      }
      if (!anyTrusted || !trusted.has(arrival.peer)) return seen
      const { headers } = arrival
      return {
        scheme: headers.get('x-forwarded-proto') ?? seen.scheme,
        host: headers.get('x-forwarded-host') ?? seen.host,
        port: headers.get('x-forwarded-port') ?? seen.port,
        path: headers.get('x-forwarded-path') ?? seen.path,
        prefix: headers.get('x-forwarded-prefix'),
      }
    },

    upstreamHeaders(exchange, target) {
      const { request } = exchange
      const from = request.headers
      const to = new HeaderList()
      to.append('Host', target.authority, 'host')
      const named = namedByConnection(from)
      for (let at = 0; at < from.keys.length; at++) {
        const key = from.keys[at] as string
        if (dropped.has(key) || named?.has(key)) continue
        to.append(from.names[at] as string, from.values[at] as string, key)
      }
      if (takesTrailers(from)) to.append('TE', 'trailers', 'te')
      const received = from.getAll('x-forwarded-for')
      to.append('X-Real-IP', request.client, 'x-real-ip')
      to.append(
        'X-Forwarded-For',
        received.length > 0 ? `${received.join(', ')}, ${request.peer}` : request.client,
        'x-forwarded-for',
      )
      const { forwarded } = request
      to.append('X-Forwarded-Proto', forwarded.scheme, 'x-forwarded-proto')
      to.append('X-Forwarded-Host', forwarded.host, 'x-forwarded-host')
      to.append('X-Forwarded-Port', forwarded.port, 'x-forwarded-port')
      to.append('X-Forwarded-Path', forwarded.path, 'x-forwarded-path')
      if (forwarded.prefix !== undefined) {
        to.append('X-Forwarded-Prefix', forwarded.prefix, 'x-forwarded-prefix')
      }
      const via = from.getAll('via')
      const hop =
        request.http_version === '2' ? `2 ${PRODUCT}` : `${request.http_version} ${PRODUCT}`
      to.append('Via', via.length > 0 ? `${via.join(', ')}, ${hop}` : hop, 'via')
      if (sendsRequestId) to.append('X-Kong-Request-Id', exchange.id, 'x-kong-request-id')
      return to
    },
  }
}

/** Whether the client says that it takes trailers: then they concern the upstream, too (RFC 9110 section 10.1.4). */
export const takesTrailers = (headers: HeaderList): boolean =>
  headers.get('te')?.toLowerCase().includes('trailers') ?? false

/** Names that a Connection line claims for the hop (RFC 9110 section 7.6.1). */
export const namedByConnection = (headers: HeaderList): Set<string> | undefined => {
  const connection = headers.get('connection')
  if (connection === undefined || keptThoughNamed.has(connection.toLowerCase())) return undefined
  const named = new Set<string>()
  for (const line of headers.getAll('connection')) {
    for (const name of line.split(',')) {
      const key = name.trim().toLowerCase()
      if (key !== '' && !keptThoughNamed.has(key)) named.add(key)
    }
  }
  return named
}

const lastClient = (chain: string, trusted: AddressSet, recursive: boolean): string | undefined => {
  const addresses = chain
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '')
  if (!recursive) return addresses.at(-1)
  for (let at = addresses.length - 1; at > 0; at--) {
    if (!trusted.has(addresses[at] as string)) return addresses[at]
  }
  return addresses[0]
}
