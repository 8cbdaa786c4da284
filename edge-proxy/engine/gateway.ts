import { climbsAboveRoot } from '#model/path'
import { answerOf, failureAnswer, withCharset } from './answer.ts'
import { arrive } from './arrive.ts'
import { type CompiledConfiguration, compile } from './compile.ts'
import type { Configuration } from './configuration.ts'
import type { Arrival, Exchange } from './exchange.ts'
import { forwarding, takesTrailers } from './forwarding.ts'
import { type Host, UpstreamFailure } from './host.ts'
import { LiveExchange } from './live-exchange.ts'
import { exit, type PluginType, type Refusal, refuse } from './plugin.ts'
import type { EntityProblem } from './protocol.ts'
import { checkProtocol } from './protocols.ts'
import { NoPeer, proxy } from './proxy.ts'
import { recordOf } from './record.ts'
import { newRequestId } from './request-id.ts'
import { forwardedPrefix, upstreamPath } from './router/upstream-path.ts'
import type { Settings } from './settings.ts'
import type { SnapshotEntity } from './snapshot.ts'
import { responseTokens, stripHop } from './tokens.ts'
import { warningsOf } from './warnings.ts'

export interface GatewayOptions {
  host: Host
  plugins: readonly PluginType[]
  settings: Settings
}

export type Applied =
  | { ok: true; warnings: EntityProblem[] }
  | { ok: false; problems: EntityProblem[] }

/** The engine: one request in, one answer out, by the configuration of the moment. */
export interface Gateway {
  /** Compiles a snapshot off to the side and swaps to it. On problems nothing changes. Sealed secrets are opened before. */
  apply(entities: readonly SnapshotEntity[], version: number, root: string): Applied
  /** What new requests are served by; version 0 before the first snapshot. */
  readonly configuration: Configuration
  /** Takes a request to the point where its answer can be sent: `response` is set. Never rejects. */
  handle(arrival: Arrival): Promise<Exchange>
  /** The host calls this once for each exchange, when the last byte left or the client went away. */
  finish(exchange: Exchange, sentBytes: number): void
}

const MAY_CLIMB = /\.\.|%2e/i

const NO_CONFIGURATION =
  'no configuration yet: the control plane could not be reached or has published none'

export const createGateway = ({ host, plugins, settings }: GatewayOptions): Gateway => {
  const types = new Map(plugins.map((type) => [type.name, type]))
  const ways = forwarding(settings)
  const addTokens = responseTokens(settings)
  let current = emptyConfiguration(host)

  const request = async (exchange: LiveExchange): Promise<Refusal | undefined> => {
    const { configuration } = exchange
    let { chain } = exchange
    let consumer = exchange.consumer
    for (let at = 0; at < chain.request.length; at++) {
      const step = chain.request[at] as (typeof chain.request)[number]
      let refusal: Refusal | undefined
      try {
        const outcome = step.hooks.request(exchange)
        refusal = (outcome instanceof Promise ? await outcome : outcome) as Refusal | undefined
      } catch (error) {
        refusal = faulted(exchange, step.name, error)
      }
      if (exchange.consumer !== consumer && exchange.consumer) {
        consumer = exchange.consumer
        chain = configuration.chains.withConsumer(chain, exchange.route, consumer, step.rank)
        exchange.chain = chain
        at = chain.request.findLastIndex((other) => other.rank <= step.rank)
      }
      if (refusal) return refusal
    }
    return undefined
  }

  const faulted = (exchange: LiveExchange, plugin: string, error: unknown): Refusal => {
    const message = error instanceof Error ? error.message : String(error)
    exchange.fault ??= { plugin, message }
    exchange.source = 'error'
    host.log('error', `plugin ${plugin} failed: ${message}`, { request_id: exchange.id })
    return refuse(500)
  }

  /** From the request to a refusal, or to the answer of the upstream in `exchange.response`. */
  const through = async (exchange: LiveExchange): Promise<Refusal | undefined> => {
    const { configuration } = exchange
    const facts = exchange.request
    // Not the client's fault, and soon over: balancers in front should try another runtime.
    if (configuration.version === 0) return refuse(503, NO_CONFIGURATION, { 'Retry-After': '1' })
    // What an HTTP server refuses before it looks for a route.
    if (MAY_CLIMB.test(facts.path) && climbsAboveRoot(facts.path)) return exit(400)
    const match = configuration.router.match({
      method: facts.method,
      scheme: facts.scheme,
      host: facts.host,
      host_port: facts.host_port,
      normal_path: facts.normal_path,
      headers: facts.headers,
      sni: facts.tls?.sni,
    })
    if (!match) return refuse(404, 'no Route matched with those values')
    const { route } = match
    const { service } = route
    exchange.route = route
    exchange.service = service
    exchange.chain = configuration.chains.forRoute(route)
    facts.captures = match.captures
    const barred = checkProtocol(exchange)
    if (barred) return barred

    if (service) {
      const { protocol, host: name, port, path } = service.entity
      const strip = route.entity.strip_path
      facts.forwarded.prefix ??= forwardedPrefix(match.matched, strip)
      exchange.upstream = {
        scheme: protocol === 'https' || protocol === 'grpcs' ? 'https' : 'http',
        host: name,
        port,
        path: upstreamPath({
          base: path,
          path: facts.normal_path,
          matched: match.matched,
          strip,
          handling: 'v0',
        }),
        query: facts.query,
        authority: route.entity.preserve_host
          ? (facts.headers.get('host') ?? '')
          : service.authority,
      }
    }
    const refusal = await request(exchange)
    if (refusal) return refusal
    if (!service || !exchange.upstream) return refuse(503, 'no Service found with those values')

    try {
      const answer = await proxy(exchange, host, ways)
      exchange.timing.upstream_answered = host.now()
      exchange.source = 'upstream'
      exchange.upstream_status = answer.status
      stripHop(answer.headers, takesTrailers(facts.headers))
      withCharset(answer.headers)
      exchange.response = {
        status: answer.status,
        reason: answer.reason,
        headers: answer.headers,
        body: answer.body,
      }
      return undefined
    } catch (error) {
      return failed(exchange, error)
    }
  }

  const failed = (exchange: LiveExchange, error: unknown): Refusal | undefined => {
    exchange.source = 'error'
    if (error instanceof NoPeer) return refuse(503, error.message)
    if (!(error instanceof UpstreamFailure)) throw error
    if (error.reason === 'gone') {
      exchange.timing.upstream_answered = host.now()
      // Nobody reads it: the record says what became of the request, with the status that nginx gives it.
      exchange.response = failureAnswer(exchange, CLIENT_GONE, settings)
      return undefined
    }
    host.log(
      'warn',
      `upstream ${exchange.upstream?.host}:${exchange.upstream?.port}: ${error.message}`,
      {
        request_id: exchange.id,
        reason: error.reason,
      },
    )
    if (error.reason === 'resolve') {
      exchange.proxied = false
      return refuse(503, 'name resolution failed')
    }
    exchange.timing.upstream_answered = host.now()
    exchange.response = failureAnswer(
      exchange,
      error.reason.endsWith('timeout') ? 504 : 502,
      settings,
    )
    return undefined
  }

  /** Lets plugins see the headers of the answer, and adds ours. */
  const complete = (exchange: LiveExchange): Exchange => {
    const response = exchange.response ?? answerOf(exchange, refuse(500), settings)
    exchange.response = response
    for (const step of exchange.chain.response) {
      try {
        step.hooks.response(exchange, response.headers)
      } catch (error) {
        faulted(exchange, step.name, error)
      }
    }
    exchange.timing.answered = host.now()
    addTokens(exchange, response.headers, exchange.proxied)
    if (settings.allow_debug_header && exchange.request.headers.get('kong-debug') === '1')
      debugTokens(exchange)
    return exchange
  }

  return {
    get configuration() {
      return current
    },

    apply(entities, version, root) {
      const compiled = compile(entities, version, root, host, types, current)
      if (!compiled.ok) return compiled
      current = compiled.configuration
      return { ok: true, warnings: warningsOf(entities, host.name) }
    },

    async handle(arrival) {
      const exchange = new LiveExchange(newRequestId(), current, arrive(arrival, ways), host.now())
      try {
        const refusal = await through(exchange)
        if (refusal) exchange.response = answerOf(exchange, refusal, settings)
      } catch (error) {
        exchange.source = 'error'
        host.log('error', `the gateway failed: ${error instanceof Error ? error.stack : error}`, {
          request_id: exchange.id,
        })
        exchange.response = answerOf(exchange, refuse(500), settings)
      }
      return complete(exchange)
    },

    finish(exchange, sentBytes) {
      const live = exchange as LiveExchange
      if (live.timing.ended !== undefined) return
      live.timing.ended = host.now()
      live.sent_bytes = sentBytes
      for (const step of live.chain.log) {
        try {
          step.hooks.log(live)
        } catch (error) {
          faulted(live, step.name, error)
        }
      }
      host.record(recordOf(live))
    },
  }
}

const emptyConfiguration = (host: Host): CompiledConfiguration => {
  const compiled = compile([], 0, '', host, new Map(), undefined)
  if (!compiled.ok) throw new Error('the empty configuration does not compile')
  return compiled.configuration
}

const CLIENT_GONE = 499

const debugTokens = ({ route, service, response }: LiveExchange): void => {
  if (!route || !response) return
  response.headers.set('Kong-Route-Id', route.entity.id)
  if (route.entity.name) response.headers.set('Kong-Route-Name', route.entity.name)
  if (!service) return
  response.headers.set('Kong-Service-Id', service.entity.id)
  if (service.entity.name) response.headers.set('Kong-Service-Name', service.entity.name)
}
