import type { Exchange } from '#engine/exchange'
import type { HeaderList } from '#engine/headers'
import { argumentsOf } from './arguments.ts'
import { textOf } from './text.ts'

/** Where plugins put what the record shall hold besides. */
const ADDED = 'log'

/** Kong's only workspace as records tell it: a group is one, and has no other. */
const WORKSPACE = '00000000-0000-0000-0000-000000000000'

/** Header values that no log may hold. */
const REDACTED = new Set(['authorization', 'proxy-authorization'])

/** Adds a member to the record of this request. */
export const addToLog = (exchange: Exchange, name: string, value: unknown): void => {
  const added = exchange.notes[ADDED] as Record<string, unknown> | undefined
  if (added) added[name] = value
  else exchange.notes[ADDED] = { [name]: value }
}

/** The record of one request and its response as every log plugin sends it. Times in whole milliseconds. */
export const logRecord = (exchange: Exchange): Record<string, unknown> => {
  const { request, response, upstream, timing, credential, consumer, route, service } = exchange
  const uri = request.query === undefined ? request.path : `${request.path}?${request.query}`
  return {
    request: {
      id: exchange.id,
      uri,
      url: `${request.scheme}://${request.host.toLowerCase()}:${request.port}${uri}`,
      querystring: argumentsOf(request.query),
      method: request.method,
      headers: headersByName(request.headers, REDACTED),
      size: request.head_bytes + (request.body?.length ?? 0),
      tls: request.tls && {
        version: request.tls.version,
        cipher: request.tls.cipher,
        client_verify: request.tls.client_verify,
      },
    },
    upstream_uri:
      upstream === undefined
        ? ''
        : upstream.query === undefined
          ? upstream.path
          : `${upstream.path}?${upstream.query}`,
    upstream_status: exchange.tries.map(statusOf).join(', '),
    response: {
      status: response?.status ?? 0,
      headers: response ? headersByName(response.headers) : {},
      size: exchange.sent_bytes,
    },
    latencies: latencies(timing),
    tries: route && triesOf(exchange),
    authenticated_entity: credential && { id: credential.id },
    route: route && logged(route.entity),
    service: service && logged(service.entity),
    consumer: consumer && logged(consumer.entity),
    client_ip: request.client,
    started_at: Math.floor(timing.started),
    source: exchange.source === 'upstream' ? 'upstream' : 'kong',
    workspace: WORKSPACE,
    workspace_name: 'default',
    ...(exchange.notes[ADDED] as Record<string, unknown> | undefined),
  }
}

/** Headers by lower-case name; several lines of one name as a list. */
export const headersByName = (
  headers: HeaderList,
  redacted?: ReadonlySet<string>,
): Record<string, string | string[]> => {
  const byName: Record<string, string | string[]> = {}
  for (const [at, key] of headers.keys.entries()) {
    const value = redacted?.has(key) ? 'REDACTED' : textOf(headers.values[at] as string)
    const before = byName[key]
    if (before === undefined) byName[key] = value
    else if (Array.isArray(before)) before.push(value)
    else byName[key] = [before, value]
  }
  return byName
}

const latencies = (timing: Exchange['timing']) => {
  const ended = timing.ended ?? timing.answered ?? timing.started
  const called = timing.upstream_started
  const answered = timing.upstream_answered ?? timing.answered ?? ended
  const receive = timing.upstream_answered === undefined ? 0 : whole(ended - answered)
  return {
    kong: whole((called ?? timing.answered ?? ended) - timing.started) + receive,
    proxy: called === undefined ? -1 : whole(answered - called),
    request: whole(ended - timing.started),
    receive,
  }
}

const triesOf = ({ tries }: Exchange) =>
  tries.map((attempt) => ({
    balancer_start: Math.floor(attempt.started),
    balancer_start_ns: Math.floor(attempt.started * 1e6),
    balancer_latency: 0,
    balancer_latency_ns: 0,
    ip: attempt.ip,
    port: attempt.port,
    ...(attempt.failure !== undefined && { state: 'failed', code: statusOf(attempt) }),
  }))

/** What an upstream answered, or the status that stands for no answer. */
const statusOf = ({ status, failure }: Exchange['tries'][number]): number =>
  status ?? (failure?.endsWith('_timeout') ? 504 : 502)

const whole = (ms: number): number => Math.max(0, Math.round(ms))

const known = new WeakMap<object, Record<string, unknown>>()

/** An entity as records show it: what is set, and the workspace. Made once for each. */
const logged = (entity: object): Record<string, unknown> => {
  let shown = known.get(entity)
  if (shown === undefined) {
    const set = Object.entries(entity).filter(([, value]) => value !== null && value !== undefined)
    shown = { ...Object.fromEntries(set), ws_id: WORKSPACE }
    known.set(entity, shown)
  }
  return shown
}
