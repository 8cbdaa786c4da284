import { Body } from '#engine/body'
import { HeaderList } from '#engine/headers'
import { type UpstreamAnswer, type UpstreamCall, UpstreamFailure } from '#engine/host'
import { type Connect, callOverSocket } from './socket-call.ts'

/**
 * Calls an upstream with the Worker's `fetch`.
 *
 * The Host header of a fetch is that of its URL. When another one is wanted (preserve_host, host_header), a plain HTTP
 * upstream is called over a socket. Where that cannot be (https, addresses of Cloudflare), the wanted name goes into the
 * URL and `cf.resolveOverride` says where to connect: Cloudflare honours it inside one's own zone.
 * Connecting, sending and waiting are one step here, so their timeouts act as one, from the last byte sent to the
 * first header received.
 */
export const callUpstream = async (
  call: UpstreamCall,
  connect: Connect,
): Promise<UpstreamAnswer> => {
  if (call.tls?.certificate || call.tls?.authorities) {
    throw new UpstreamFailure(
      'invalid',
      'a Worker cannot show client certificates or use private authorities',
      false,
    )
  }
  if (call.scheme === 'http' && wantsForeignHost(call)) {
    const answer = await callOverSocket(call, connect)
    if (answer) return answer
  }
  const abort = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let expired = false
  const startTimer = () => {
    timer = setTimeout(() => {
      expired = true
      abort.abort()
    }, call.connect_timeout + call.read_timeout)
  }

  const { url, override } = addressOf(call)
  try {
    const response = await fetch(url, {
      method: call.method,
      headers: headersOf(call),
      body: bodyOf(call, startTimer),
      redirect: 'manual',
      encodeResponseBody: 'manual',
      signal: abort.signal,
      ...(override === undefined ? {} : { cf: { resolveOverride: override } }),
    })
    refuseErrorPage(response)
    refuseStatus(response.status)
    return answerOf(response)
  } catch (error) {
    if (error instanceof UpstreamFailure) throw error
    if (expired) throw new UpstreamFailure('read_timeout', 'upstream did not answer in time', true)
    throw failureOf(error)
  } finally {
    clearTimeout(timer)
  }
}

const DEFAULT_PORTS = { http: 80, https: 443 }

/** Whether the Host header is to be another than that of the URL. */
const wantsForeignHost = ({ scheme, host, port, headers }: UpstreamCall): boolean => {
  const wanted = headers.get('host')
  return (
    wanted !== undefined && wanted !== (port === DEFAULT_PORTS[scheme] ? host : `${host}:${port}`)
  )
}

/** The URL to fetch and, when the Host header is not the address, where to resolve it. */
const addressOf = ({ scheme, host, port, target, headers }: UpstreamCall) => {
  const portPart = port === DEFAULT_PORTS[scheme] ? '' : `:${port}`
  const plain = `${scheme}://${host}${portPart}${target}`
  const wanted = headers.get('host')
  const name = wanted === undefined ? host : nameOf(wanted)
  return name === '' || name === host
    ? { url: plain, override: undefined }
    : { url: `${scheme}://${name}${portPart}${target}`, override: host }
}

const nameOf = (authority: string): string => {
  const colon = authority.lastIndexOf(':')
  return colon > authority.lastIndexOf(']') ? authority.slice(0, colon) : authority
}

/** Framing and the connection are the runtime's. */
const OWN = new Set(['host', 'content-length', 'connection', 'keep-alive', 'transfer-encoding'])

const headersOf = ({ headers }: UpstreamCall): Headers => {
  const out = new Headers()
  for (let at = 0; at < headers.size; at++) {
    const key = headers.keys[at] as string
    if (!OWN.has(key)) out.append(headers.names[at] as string, headers.values[at] as string)
  }
  return out
}

/** The body to send. The timer starts at once, or when a stream has been sent: a long upload is not a slow upstream. */
const bodyOf = (
  { body, method }: UpstreamCall,
  startTimer: () => void,
): BodyInit | null | undefined => {
  if (!body || method === 'GET' || method === 'HEAD' || body.bytes) {
    startTimer()
    return method === 'GET' || method === 'HEAD' ? undefined : body?.bytes
  }
  const { readable, writable } =
    body.length === undefined ? new IdentityTransformStream() : new FixedLengthStream(body.length)
  // A failure here ends the stream, and so the fetch, which reports it.
  ;(body.stream as ReadableStream<Uint8Array>).pipeTo(writable).then(startTimer, startTimer)
  return readable
}

const answerOf = (response: Response): UpstreamAnswer => {
  const headers = new HeaderList()
  for (const [name, value] of response.headers) headers.append(name, value, name)
  return {
    status: response.status,
    reason: response.statusText || undefined,
    headers,
    body: answerBody(response),
    ip: undefined,
  }
}

const answerBody = (response: Response): Body | undefined => {
  if (!response.body) return undefined
  const length = response.headers.get('content-length')
  return new Body(
    response.body,
    length === null ? undefined : Number(length),
    async () => new Uint8Array(await response.arrayBuffer()),
  )
}

/** Cloudflare answers in place of an upstream that it cannot reach, with these statuses. */
const UNREACHED: Record<number, UpstreamFailure['reason']> = {
  521: 'connect',
  522: 'connect_timeout',
  523: 'resolve',
  524: 'read_timeout',
  525: 'connect',
  526: 'connect',
  530: 'resolve',
}

const refuseErrorPage = ({ status, headers }: Response): void => {
  const reason = UNREACHED[status]
  if (reason === undefined || headers.get('server') !== 'cloudflare') return
  throw new UpstreamFailure(
    reason,
    `Cloudflare could not reach the upstream (${status})`,
    status === 524,
  )
}

/** A Worker cannot answer with a status of another range: RFC 9110 has none above, and those below are interim. */
const refuseStatus = (status: number): void => {
  if (status >= 200 && status <= 599) return
  throw new UpstreamFailure('invalid', `the upstream answered with status ${status}`, true)
}

/**
 * The runtime tells little. A connection that is refused, reset or answers with anything but HTTP is `Network connection
 * lost`; a name that does not resolve is an internal error; a TypeError is a request that fetch would not send.
 */
const failureOf = (error: unknown): UpstreamFailure => {
  const detail = error instanceof Error ? error.message : String(error)
  if (error instanceof TypeError) return new UpstreamFailure('invalid', detail, false)
  if (detail.startsWith('internal error')) return new UpstreamFailure('resolve', detail, false)
  return new UpstreamFailure('reset', detail, true)
}
