import { Body } from './body.ts'
import {
  errorPage,
  messageOf,
  negotiated,
  type Page,
  pageTypeByAccept,
  pageTypeByRequest,
  plainPage,
  plainPages,
} from './errors.ts'
import type { Exchange, ExchangeResponse } from './exchange.ts'
import { HeaderList } from './headers.ts'
import type { Refusal } from './plugin.ts'
import type { Settings } from './settings.ts'

/** The answer that a refusal stands for. */
export const answerOf = (
  exchange: Exchange,
  refusal: Refusal,
  settings: Settings,
): ExchangeResponse => {
  const headers = new HeaderList()
  const { status } = refusal
  const { headers: asked } = exchange.request
  let page: Page | undefined
  let body: string | Uint8Array | undefined

  if (refusal.kind === 'error') {
    page = errorPage(pageTypeByAccept(asked), refusal.message ?? messageOf(status), exchange.id)
  } else if (refusal.body === undefined) {
    const title = plainPages[status]
    if (negotiated.has(status)) {
      page = errorPage(
        pageTypeByRequest(asked, settings.error_default_type),
        messageOf(status),
        exchange.id,
      )
    } else if (title) {
      page = {
        type: status < 303 ? 'text/html' : 'text/html; charset=UTF-8',
        body: plainPage(title),
      }
    } else body = ''
  } else if (typeof refusal.body === 'string' || refusal.body instanceof Uint8Array) {
    body = refusal.body
  } else {
    page = { type: 'application/json; charset=utf-8', body: JSON.stringify(refusal.body) }
  }

  if (page) {
    headers.append('Content-Type', page.type, 'content-type')
    body = page.body
  }
  for (const [name, value] of Object.entries(refusal.headers ?? {})) headers.set(name, value)
  if (!page) withCharset(headers)
  return finished(status, headers, body ?? '')
}

/** The answer to a failure on the way: an upstream that did not answer. Worded as the server words its own pages. */
export const failureAnswer = (
  exchange: Exchange,
  status: number,
  settings: Settings,
): ExchangeResponse => {
  const type = pageTypeByRequest(exchange.request.headers, settings.error_default_type)
  const page = errorPage(type, messageOf(status), exchange.id)
  const headers = new HeaderList()
  headers.append('Content-Type', page.type, 'content-type')
  return finished(status, headers, page.body)
}

const finished = (
  status: number,
  headers: HeaderList,
  content: string | Uint8Array,
): ExchangeResponse => {
  if (status === 204 || status === 304 || status < 200)
    return { status, headers, body: undefined, reason: undefined }
  const body = typeof content === 'string' ? Body.of(content) : new Body(content)
  headers.set('Content-Length', String(body.length), 'content-length')
  return { status, headers, body, reason: undefined }
}

const charsetTypes = new Set([
  'text/html',
  'text/plain',
  'text/xml',
  'text/vnd.wap.wml',
  'application/javascript',
  'application/rss+xml',
])

/** Adds the charset that the server adds to texts which name none. */
export const withCharset = (headers: HeaderList): void => {
  const type = headers.get('content-type')
  if (type !== undefined && charsetTypes.has(type)) {
    headers.set('Content-Type', `${type}; charset=UTF-8`, 'content-type')
  }
}
