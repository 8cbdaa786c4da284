import { normalizePath } from '#model/path'
import type { Arrival, ExchangeRequest } from './exchange.ts'
import type { Forwarding } from './forwarding.ts'

/** What the engine knows of a request before it looks for a route. */
export const arrive = (arrival: Arrival, forwarding: Forwarding): ExchangeRequest => {
  const authority = arrival.headers.get('host') ?? ''
  let host = authority
  let port = arrival.port
  const colon = authority.lastIndexOf(':')
  if (colon > 0 && !authority.endsWith(']')) {
    const given = Number(authority.slice(colon + 1))
    if (given >= 0 && given <= 65_535) {
      host = authority.slice(0, colon)
      port = given
    }
  }
  return {
    method: arrival.method,
    scheme: arrival.scheme,
    http_version: arrival.http_version,
    path: arrival.path,
    query: arrival.query,
    headers: arrival.headers,
    body: arrival.body,
    peer: arrival.peer,
    peer_port: arrival.peer_port,
    port: arrival.port,
    tls: arrival.tls,
    head_bytes: arrival.head_bytes,
    origin: arrival.origin,
    host,
    host_port: port,
    client: forwarding.client(arrival),
    forwarded: forwarding.forwarded(arrival, host),
    normal_path: normalizePath(arrival.path),
    captures: undefined,
  }
}
