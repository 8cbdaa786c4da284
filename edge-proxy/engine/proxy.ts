import type { Peer } from './balancer/round-robin.ts'
import { authorityOf } from './compile.ts'
import type { Try, UpstreamTarget } from './exchange.ts'
import type { Forwarding } from './forwarding.ts'
import {
  type Host,
  type UpstreamAnswer,
  type UpstreamCall,
  UpstreamFailure,
  type UpstreamTls,
} from './host.ts'
import type { LiveExchange } from './live-exchange.ts'

/** Methods that may be sent again though the upstream may have acted on them (RFC 9110 section 9.2.2). */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

const MILLIS = 60_000
const RETRIES = 5

/** Calls the upstream, and again by Kong's rules of retry. Throws the failure of the last try. */
export const proxy = async (
  exchange: LiveExchange,
  host: Host,
  forwarding: Forwarding,
): Promise<UpstreamAnswer> => {
  const service = exchange.service
  const target = exchange.upstream
  if (!service || !target) throw new Error('proxy needs a service and a target')
  const { entity } = service
  const { request } = exchange
  const tried = new Set<Peer>()
  const call: UpstreamCall = {
    scheme: target.scheme,
    host: target.host,
    port: target.port,
    method: request.method,
    target: target.query === undefined ? target.path : `${target.path}?${target.query}`,
    headers: request.headers,
    body: request.body,
    origin: request.origin,
    connect_timeout: entity.connect_timeout ?? MILLIS,
    write_timeout: entity.write_timeout ?? MILLIS,
    read_timeout: entity.read_timeout ?? MILLIS,
    tls: undefined,
  }
  let left = entity.retries ?? RETRIES
  for (;;) {
    if (service.upstream) moveTo(target, call, service.upstream.peers.next(tried), exchange, tried)
    call.headers = forwarding.upstreamHeaders(exchange, target)
    if (target.scheme === 'https') call.tls = named(service.tls ?? PLAIN_TLS, target.authority)
    const started = host.now()
    exchange.timing.upstream_started ??= started
    exchange.proxied = true
    const attempt: Try = {
      ip: undefined,
      port: call.port,
      started,
      status: undefined,
      failure: undefined,
    }
    exchange.tries.push(attempt)
    try {
      const answer = await host.call(call)
      attempt.ip = answer.ip
      attempt.status = answer.status
      return answer
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error
      attempt.failure = error.reason
      if (left-- <= 0 || !mayRetry(call, error)) throw error
    }
  }
}

const PLAIN_TLS: UpstreamTls = {
  server_name: undefined,
  verify: false,
  authorities: undefined,
  certificate: undefined,
}

const NAMES = 1024
const namedTls = new WeakMap<UpstreamTls, Map<string, UpstreamTls>>()

/** TLS facts with the server name of a Host header. The same pair is the same object: hosts share connections by it. */
const named = (tls: UpstreamTls, authority: string): UpstreamTls => {
  let byName = namedTls.get(tls)
  if (!byName) {
    byName = new Map()
    namedTls.set(tls, byName)
  }
  let facts = byName.get(authority)
  if (!facts) {
    // Clients choose preserved names: they must not fill the memory.
    if (byName.size >= NAMES) byName.clear()
    facts = { ...tls, server_name: withoutPort(authority) }
    byName.set(authority, facts)
  }
  return facts
}

const withoutPort = (authority: string): string => {
  const colon = authority.lastIndexOf(':')
  return colon > authority.lastIndexOf(']') ? authority.slice(0, colon) : authority
}

/** No target of the upstream can be called. */
export class NoPeer extends Error {
  override name = 'NoPeer'
}

const moveTo = (
  target: UpstreamTarget,
  call: UpstreamCall,
  peer: Peer | undefined,
  exchange: LiveExchange,
  tried: Set<Peer>,
): void => {
  if (!peer) throw new NoPeer('failure to get a peer from the ring-balancer')
  tried.add(peer)
  call.host = peer.host
  call.port = peer.port
  target.host = peer.host
  target.port = peer.port
  if (exchange.route?.entity.preserve_host) return
  const given = exchange.service?.upstream?.entity.host_header
  target.authority = given ?? authorityOf(peer.host, peer.port, target.scheme)
}

const mayRetry = (call: UpstreamCall, failure: UpstreamFailure): boolean => {
  if (['resolve', 'invalid', 'gone'].includes(failure.reason)) return false
  if (!failure.sent) return true
  const replayable = call.body === undefined || call.body.bytes !== undefined
  return replayable && repeatable.has(call.method)
}
