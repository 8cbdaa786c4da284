/** Gateway settings, by kong.conf's names and with its defaults. Sizes in bytes, times in milliseconds. */
export interface Settings {
  allow_debug_header: boolean
  /** Addresses and CIDR ranges whose forwarding headers are believed. */
  trusted_ips: string[]
  real_ip_header: string
  real_ip_recursive: boolean
  /** Which headers we add to answers. */
  headers: (
    | 'server_tokens'
    | 'latency_tokens'
    | 'Server'
    | 'Via'
    | 'X-Kong-Request-Id'
    | 'X-Kong-Proxy-Latency'
    | 'X-Kong-Response-Latency'
    | 'X-Kong-Upstream-Latency'
    | 'X-Kong-Upstream-Status'
  )[]
  /** Which headers we add to upstream requests. */
  headers_upstream: 'X-Kong-Request-Id'[]
  /** Type of error pages when the client does not say. */
  error_default_type: 'text/plain' | 'application/json' | 'application/xml' | 'text/html'
  router_flavor: 'traditional_compatible'
  /** Listener port to the port that clients see. */
  port_maps: Record<number, number>
}

export const defaults: Settings = {
  allow_debug_header: false,
  trusted_ips: [],
  real_ip_header: 'X-Real-IP',
  real_ip_recursive: false,
  headers: ['server_tokens', 'latency_tokens', 'X-Kong-Request-Id'],
  headers_upstream: ['X-Kong-Request-Id'],
  error_default_type: 'text/plain',
  router_flavor: 'traditional_compatible',
  port_maps: {},
}

/** How we name ourselves where Kong names itself: in Via, and in Server of answers that we made. */
export const PRODUCT = 'kong/3.9.1'
