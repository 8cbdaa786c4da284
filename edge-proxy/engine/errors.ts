import type { HeaderList } from './headers.ts'
import type { Settings } from './settings.ts'

type PageType = Settings['error_default_type'] | 'application/grpc'

const messages: Record<number, string> = {
  400: 'Bad request',
  401: 'Unauthorized',
  402: 'Payment required',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  407: 'Proxy authentication required',
  408: 'Request timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length required',
  412: 'Precondition failed',
  413: 'Payload too large',
  414: 'URI too long',
  415: 'Unsupported media type',
  416: 'Range not satisfiable',
  417: 'Expectation failed',
  418: "I'm a teapot",
  421: 'Misdirected request',
  422: 'Unprocessable entity',
  423: 'Locked',
  424: 'Failed dependency',
  425: 'Too early',
  426: 'Upgrade required',
  428: 'Precondition required',
  429: 'Too many requests',
  431: 'Request header fields too large',
  451: 'Unavailable for legal reasons',
  494: 'Request header or cookie too large',
  500: 'An unexpected error occurred',
  501: 'Not implemented',
  502: 'An invalid response was received from the upstream server',
  503: 'The upstream server is currently unavailable',
  504: 'The upstream server is timing out',
  505: 'HTTP version not supported',
  506: 'Variant also negotiates',
  507: 'Insufficient storage',
  508: 'Loop detected',
  510: 'Not extended',
  511: 'Network authentication required',
}

/** What an error page says when nobody gave a message. */
export const messageOf = (status: number): string =>
  messages[status] ?? `The upstream server responded with ${status}`

/** Statuses that an exit without body answers with a negotiated page. */
export const negotiated = new Set([400, 404, 405, 411, 412, 413, 414, 417, 494, 500, 502, 503, 504])

/** Statuses that an exit without body answers with the plain page of the server, and the title it has there. */
export const plainPages: Record<number, string> = {
  301: '301 Moved Permanently',
  302: '302 Found',
  303: '303 See Other',
  307: '307 Temporary Redirect',
  308: '308 Permanent Redirect',
  401: '401 Authorization Required',
  402: '402 Payment Required',
  403: '403 Forbidden',
  406: '406 Not Acceptable',
  409: '409 Conflict',
  410: '410 Gone',
  415: '415 Unsupported Media Type',
  416: '416 Requested Range Not Satisfiable',
  421: '421 Misdirected Request',
  429: '429 Too Many Requests',
  501: '501 Not Implemented',
  505: '505 HTTP Version Not Supported',
  507: '507 Insufficient Storage',
}

export const plainPage = (title: string): string =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`

export interface Page {
  type: string
  body: string
}

/** An error page in one of the forms that clients can ask for. */
export const errorPage = (type: PageType, message: string, requestId: string): Page => {
  switch (type) {
    case 'application/grpc':
      return { type: '', body: '' }
    case 'text/plain':
      return { type: 'text/plain; charset=utf-8', body: `${message}\nrequest_id: ${requestId}\n` }
    case 'text/html':
      return {
        type: 'text/html; charset=utf-8',
        body: `<!doctype html>\n<html>\n  <head>\n    <meta charset="utf-8">\n    <title>Error</title>\n  </head>\n  <body>\n    <h1>Error</h1>\n    <p>${message}.</p>\n    <p>request_id: ${requestId}</p>\n  </body>\n</html>\n`,
      }
    case 'application/xml':
      return {
        type: 'application/xml; charset=utf-8',
        body: `<?xml version="1.0" encoding="UTF-8"?>\n<error>\n  <message>${message}</message>\n  <requestid>${requestId}</requestid>\n</error>\n`,
      }
    default:
      return {
        type: 'application/json; charset=utf-8',
        body: `{\n  "message":"${message}",\n  "request_id":"${requestId}"\n}`,
      }
  }
}

/** The form for an error that we chose to answer: what Accept prefers, else JSON. */
export const pageTypeByAccept = (headers: HeaderList): PageType => {
  const accept = headers.get('accept')
  return accept === undefined ? 'application/json' : preferred(accept)
}

/** The form for an error of the way itself: Accept, else the type of the request, else as configured. */
export const pageTypeByRequest = (
  headers: HeaderList,
  fallback: Settings['error_default_type'],
): PageType => {
  const accept = headers.get('accept') ?? headers.get('content-type')
  return accept === undefined ? fallback : preferred(accept)
}

/** Highest q wins, the first among equals. */
const preferred = (accept: string): PageType => {
  let best = ''
  let bestQ = -1
  for (const item of accept.split(',')) {
    const [type = '', ...parameters] = item.split(';')
    const quality = parameters.map((part) => part.trim()).find((part) => part.startsWith('q='))
    const q = quality ? Number(quality.slice(2)) : 1
    if (q > bestQ) {
      bestQ = q
      best = type.trim().toLowerCase()
    }
  }
  switch (best) {
    case 'text/html':
    case 'text/plain':
    case 'application/xml':
    case 'application/grpc':
      return best
    case 'text/*':
      return 'text/plain'
    default:
      return 'application/json'
  }
}
