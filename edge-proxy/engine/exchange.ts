import type { Body } from './body.ts'
import type {
  Configuration,
  ConfiguredConsumer,
  ConfiguredRoute,
  ConfiguredService,
} from './configuration.ts'
import type { HeaderList } from './headers.ts'
import type { UpstreamFailure } from './host.ts'

/** What is known of the TLS connection that a request came over. */
export interface TlsFacts {
  version: string
  cipher: string
  /** Server name of the handshake; undefined when the client sent none or the host cannot see it. */
  sni: string | undefined
  client_verify: string
}

/** What a host tells of a request when it hands it to the engine. */
export interface Arrival {
  method: string
  scheme: 'http' | 'https'
  http_version: '1.0' | '1.1' | '2'
  /** Raw request target before `?`, as received. */
  path: string
  /** Raw text after `?`; undefined when there is no `?`, empty for a bare one. */
  query: string | undefined
  headers: HeaderList
  body: Body | undefined
  /** Address of the TCP peer, and its port. */
  peer: string
  peer_port: number
  /** Port the request came to, as clients see it (port_maps applied). */
  port: number
  tls: TlsFacts | undefined
  /** Bytes of the request line and headers; what the log calls request size, with the body's length added. */
  head_bytes: number
  /** The host's own handle of the client; handed back in UpstreamCall, so that a call ends when its client goes away. */
  origin?: unknown
}

/** The request on its way: plugins change `headers`, `body`, `upstream_*`; the rest is what the client sent. */
export interface ExchangeRequest extends Arrival {
  /** Host header without port, as received. */
  host: string
  /** Port in the Host header, else the port it came to. */
  host_port: number
  /** Address of the client: the peer, or what a trusted proxy says. */
  client: string
  /** Scheme, host, port and path of the client's request as a trusted proxy tells them, else as we see them. */
  forwarded: {
    scheme: string
    host: string
    port: string
    path: string
    prefix: string | undefined
  }
  /** Path in normal form: what the router matched. */
  normal_path: string
  /** Groups of the route's regular expression: by name, and by number as strings. */
  captures: Record<string, string> | undefined
}

/** Where the request goes: set by the router and the balancer, open to plugins until the call. */
export interface UpstreamTarget {
  scheme: 'http' | 'https'
  host: string
  port: number
  /** Raw path, escaped for the wire. */
  path: string
  /** Raw query, undefined when there is none. */
  query: string | undefined
  /** Host header to send. */
  authority: string
}

/** The answer on its way to the client. */
export interface ExchangeResponse {
  status: number
  headers: HeaderList
  body: Body | undefined
  /** Reason phrase of the upstream; hosts use the standard one when it is undefined. */
  reason: string | undefined
}

export interface Credential {
  id: string
  [field: string]: unknown
}

/** Times in epoch milliseconds with fractions, undefined until reached. */
export interface Timing {
  started: number
  /** When the call to the upstream began, and when its headers were there. */
  upstream_started: number | undefined
  upstream_answered: number | undefined
  /** When the headers of the answer were ready, and when the last byte left. */
  answered: number | undefined
  ended: number | undefined
}

/** One try to reach an upstream. */
export interface Try {
  ip: string | undefined
  port: number
  started: number
  status: number | undefined
  failure: UpstreamFailure['reason'] | undefined
}

/** One request and its response on their way through the engine. */
export interface Exchange {
  readonly id: string
  /** The configuration that it began with, and ends with. */
  readonly configuration: Configuration
  readonly request: ExchangeRequest
  route: ConfiguredRoute | undefined
  service: ConfiguredService | undefined
  upstream: UpstreamTarget | undefined
  response: ExchangeResponse | undefined
  /** Who answered: an upstream, or we (`exit` by choice, `error` by failure). */
  source: 'upstream' | 'exit' | 'error'
  upstream_status: number | undefined
  consumer: ConfiguredConsumer | undefined
  credential: Credential | undefined
  /** Set by a plugin that let the request pass as its configured anonymous consumer. */
  anonymous: boolean
  readonly timing: Timing
  readonly tries: Try[]
  /** What plugins leave for later phases or for each other, by plugin name. */
  readonly notes: Record<string, unknown>
  /** The plugin that threw, when one did. */
  fault: { plugin: string; message: string } | undefined
  /** Bytes of the answer that went to the client; known in the log phase. */
  sent_bytes: number
}
