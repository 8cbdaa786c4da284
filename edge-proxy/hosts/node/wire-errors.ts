import { Body } from '#engine/body'
import { errorPage, messageOf, pageTypeByRequest } from '#engine/errors'
import type { ExchangeResponse } from '#engine/exchange'
import { HeaderList } from '#engine/headers'
import { newRequestId } from '#engine/request-id'
import { PRODUCT, type Settings } from '#engine/settings'

/**
 * Words the answers to requests that never become an exchange, because they are no sound HTTP or too large: as the
 * engine words its own, so that a client sees one gateway.
 */
export const wireErrors = (settings: Settings) => {
  const wanted = new Set<string>(settings.headers)
  const server = wanted.has('server_tokens') || wanted.has('Server')
  const latency = wanted.has('latency_tokens') || wanted.has('X-Kong-Response-Latency')
  const requestId = wanted.has('X-Kong-Request-Id')

  return (status: number, asked: HeaderList): ExchangeResponse => {
    const id = newRequestId()
    const type = pageTypeByRequest(asked, settings.error_default_type)
    const page = errorPage(type, messageOf(status), id)
    const body = Body.of(page.body)
    const headers = new HeaderList()
    headers.append('Content-Type', page.type, 'content-type')
    headers.append('Content-Length', String(body.length), 'content-length')
    if (server) headers.append('Server', PRODUCT, 'server')
    if (latency) headers.append('X-Kong-Response-Latency', '0', 'x-kong-response-latency')
    if (requestId) headers.append('X-Kong-Request-Id', id, 'x-kong-request-id')
    return { status, headers, body, reason: undefined }
  }
}
