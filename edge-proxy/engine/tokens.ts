import type { Exchange } from './exchange.ts'
import { namedByConnection } from './forwarding.ts'
import type { HeaderList } from './headers.ts'
import { PRODUCT, type Settings } from './settings.ts'

const VIA = `1.1 ${PRODUCT}`

/** Takes from the lines of an upstream's answer what belongs to its hop (RFC 9110 section 7.6.1). */
export const stripHop = (headers: HeaderList, trailers: boolean): void => {
  const named = namedByConnection(headers)
  if (named) for (const key of named) headers.delete(key)
  headers.delete('connection')
  headers.delete('keep-alive')
  headers.delete('transfer-encoding')
  headers.delete('upgrade')
  if (!trailers) headers.delete('trailer')
}

/** Adds to answers the lines that tell who handled them and how long it took, as far as the settings want them. */
export const responseTokens = (settings: Settings) => {
  const wanted = new Set<string>(settings.headers)
  const server = wanted.has('server_tokens') || wanted.has('Server')
  const via = wanted.has('server_tokens') || wanted.has('Via')
  const latency = wanted.has('latency_tokens')
  const upstreamLatency = latency || wanted.has('X-Kong-Upstream-Latency')
  const proxyLatency = latency || wanted.has('X-Kong-Proxy-Latency')
  const responseLatency = latency || wanted.has('X-Kong-Response-Latency')
  const requestId = wanted.has('X-Kong-Request-Id')
  const upstreamStatus = wanted.has('X-Kong-Upstream-Status')

  return (exchange: Exchange, headers: HeaderList, proxied: boolean): void => {
    const { timing } = exchange
    if (proxied) {
      if (upstreamStatus && exchange.upstream_status !== undefined) {
        headers.set(
          'X-Kong-Upstream-Status',
          String(exchange.upstream_status),
          'x-kong-upstream-status',
        )
      }
      if (via) {
        const received = headers.getAll('via')
        headers.set('Via', received.length > 0 ? `${received.join(', ')}, ${VIA}` : VIA, 'via')
      }
      if (server && !headers.has('server')) headers.append('Server', PRODUCT, 'server')
      const sent = timing.upstream_started ?? timing.started
      const answered = timing.upstream_answered ?? sent
      if (upstreamLatency) {
        headers.append('X-Kong-Upstream-Latency', whole(answered - sent), 'x-kong-upstream-latency')
      }
      if (proxyLatency) {
        headers.append('X-Kong-Proxy-Latency', whole(sent - timing.started), 'x-kong-proxy-latency')
      }
    } else {
      if (server) headers.set('Server', PRODUCT, 'server')
      if (responseLatency) {
        const took = (timing.answered ?? timing.started) - timing.started
        headers.append('X-Kong-Response-Latency', whole(took), 'x-kong-response-latency')
      }
    }
    if (requestId) headers.set('X-Kong-Request-Id', exchange.id, 'x-kong-request-id')
  }
}

const whole = (ms: number): string => String(Math.max(0, Math.floor(ms)))
