import { Body } from '#engine/body'
import type { Arrival, TlsFacts } from '#engine/exchange'
import { HeaderList } from '#engine/headers'

/**
 * What the engine is told of a request that came to the Worker. The URL is the raw one: workerd hands over path and
 * query as they were on the wire. Header lines of one name arrive joined by a comma; only the runtime saw them apart.
 */
export const arrivalOf = (request: Request<unknown, IncomingRequestCfProperties>): Arrival => {
  const { url, method, cf } = request
  const authorityAt = url.indexOf('//') + 2
  const pathAt = endOfAuthority(url, authorityAt)
  const queryAt = url.indexOf('?', pathAt)
  const scheme = url.startsWith('https') ? 'https' : 'http'
  const headers = HeaderList.from(request.headers)
  const peer = headers.get('cf-connecting-ip')
  if (cf && peer !== undefined) dropAddedHop(headers, peer)

  return {
    method,
    scheme,
    http_version: httpVersion(cf?.httpProtocol),
    path: queryAt < 0 ? url.slice(pathAt) || '/' : url.slice(pathAt, queryAt) || '/',
    query: queryAt < 0 ? undefined : url.slice(queryAt + 1),
    headers,
    body: bodyOf(request, headers),
    peer: peer ?? '127.0.0.1',
    peer_port: 0,
    port: portOf(url.slice(authorityAt, pathAt), scheme),
    tls: scheme === 'https' ? tlsFacts(cf) : undefined,
    head_bytes: headBytes(method, url.length - pathAt, headers),
  }
}

const endOfAuthority = (url: string, from: number): number => {
  for (let at = from; at < url.length; at++) {
    const code = url.charCodeAt(at)
    if (code === SLASH || code === QUESTION_MARK) return at
  }
  return url.length
}

const portOf = (authority: string, scheme: 'http' | 'https'): number => {
  const colon = authority.lastIndexOf(':')
  const port = colon > authority.lastIndexOf(']') ? Number(authority.slice(colon + 1)) : 0
  return port || (scheme === 'https' ? 443 : 80)
}

const httpVersion = (protocol: string | undefined): Arrival['http_version'] => {
  if (protocol === undefined || protocol === 'HTTP/1.1') return '1.1'
  return protocol === 'HTTP/1.0' ? '1.0' : '2'
}

/**
 * Cloudflare appends the client to X-Forwarded-For before a Worker sees it. The engine does that too, as the gateway
 * that it is, so the hop is taken off here and appears once.
 */
const dropAddedHop = (headers: HeaderList, peer: string): void => {
  const forwarded = headers.get('x-forwarded-for')
  if (forwarded === undefined) return
  if (forwarded === peer) headers.delete('x-forwarded-for')
  else if (forwarded.endsWith(`, ${peer}`)) {
    headers.set('X-Forwarded-For', forwarded.slice(0, -peer.length - 2), 'x-forwarded-for')
  } else if (forwarded.endsWith(`,${peer}`)) {
    headers.set('X-Forwarded-For', forwarded.slice(0, -peer.length - 1), 'x-forwarded-for')
  }
}

const bodyOf = (request: Request, headers: HeaderList): Body | undefined => {
  if (!request.body) return undefined
  const length = headers.get('content-length')
  return new Body(
    request.body,
    length === undefined ? undefined : Number(length),
    async () => new Uint8Array(await request.arrayBuffer()),
  )
}

const tlsFacts = (cf: IncomingRequestCfProperties | undefined): TlsFacts => ({
  version: cf?.tlsVersion ?? '',
  cipher: cf?.tlsCipher ?? '',
  sni: undefined,
  client_verify: String(cf?.tlsClientAuth?.certVerified ?? 'NONE'),
})

/** Request line, each line with its colon, space and line end, and the empty line. */
const headBytes = (method: string, target: number, headers: HeaderList): number => {
  let bytes = method.length + target + ' HTTP/1.1\r\n\r\n'.length + 1
  for (let at = 0; at < headers.size; at++) {
    bytes += (headers.names[at] as string).length + (headers.values[at] as string).length + 4
  }
  return bytes
}

const SLASH = 0x2f
const QUESTION_MARK = 0x3f
