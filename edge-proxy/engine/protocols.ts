import type { Exchange } from './exchange.ts'
import { exit, type Refusal, refuse } from './plugin.ts'

/** Refuses what came over a protocol that the route does not serve: plain requests to https routes, gRPC over HTTP/1. */
export const checkProtocol = (exchange: Exchange): Refusal | undefined => {
  const { request } = exchange
  const route = exchange.route?.entity
  if (!route) return undefined
  const { protocols } = route

  if (protocols.includes('grpc') || protocols.includes('grpcs')) {
    const grpc = request.headers.get('content-type')?.startsWith('application/grpc') ?? false
    if (!grpc) return refuse(415, 'Non-gRPC request matched gRPC route')
    if (request.http_version !== '2') {
      return refuse(426, 'Please use HTTP2 protocol', { Connection: 'Upgrade', Upgrade: 'HTTP/2' })
    }
    if (!protocols.includes('grpc') && request.forwarded.scheme !== 'https') {
      return exit(200, undefined, {
        'grpc-status': '1',
        'grpc-message': 'gRPC request matched gRPCs route',
      })
    }
    return undefined
  }

  if (protocols.includes('http') || request.forwarded.scheme === 'https') return undefined
  const status = route.https_redirect_status_code
  if (status === 426) {
    return refuse(426, 'Please use HTTPS protocol', {
      Connection: 'Upgrade',
      Upgrade: 'TLS/1.2, HTTP/1.1',
    })
  }
  const query = request.query === undefined ? '' : `?${request.query}`
  return exit(status, undefined, {
    Location: `https://${request.forwarded.host}${request.path}${query}`,
  })
}
