/** Something of the gateway that a host cannot do, or does otherwise, and why. */
export interface Limit {
  /** What it concerns, as configuration or the reference names it. */
  name: string
  /** For an operator who chooses where to run. */
  reason: string
}

/** What each host cannot do. Shown by the API and the console; tests that leave a case out name its limit here. */
export const limits: Record<'worker' | 'node', readonly Limit[]> = {
  worker: [
    {
      name: 'services.client_certificate',
      reason:
        'A Worker shows client certificates only by a binding made at deployment; such calls are refused.',
    },
    {
      name: 'services.ca_certificates',
      reason: 'A Worker verifies with the public authorities only; such calls are refused.',
    },
    {
      name: 'services.tls_verify',
      reason: 'A Worker always verifies the certificate of an upstream as its zone is set to.',
    },
    {
      name: 'services.connect_timeout',
      reason:
        'A Worker cannot see when a connection is made: connect_timeout and read_timeout together limit the time to the first header.',
    },
    {
      name: 'services.write_timeout',
      reason: 'A Worker hands uploads to the platform and cannot time single writes.',
    },
    {
      name: 'routes.snis',
      reason:
        'The server name of the TLS handshake is not shown to a Worker; such routes match without it.',
    },
    {
      name: 'routes.preserve_host',
      reason:
        'A Worker calls plain HTTP upstreams over a connection of its own when another Host is to be sent. To https upstreams, and to addresses of Cloudflare, it sends another Host only inside its own zone (resolveOverride), with the port of the upstream in it unless that is 80 or 443.',
    },
    {
      name: 'certificates',
      reason: 'Cloudflare ends TLS in front of a Worker; certificates and SNIs are managed there.',
    },
    {
      name: 'request.headers.repeated',
      reason: 'Lines of one name reach a Worker joined by a comma, and count as one value.',
    },
    {
      name: 'request.headers.order',
      reason: 'Names of request headers reach a Worker in lower case and sorted.',
    },
    {
      name: 'request.methods.custom',
      reason:
        'The platform answers 501 to methods that it does not know, before a Worker sees them.',
    },
    {
      name: 'upstream.path.dots',
      reason:
        'A URL to fetch is normalised: `.` and `..` segments of a path do not reach the upstream.',
    },
    {
      name: 'upstream.query.quotes',
      reason: "A URL to fetch is normalised: `'` in a query goes out as `%27`.",
    },
    {
      name: 'upstream.te',
      reason: 'The platform drops the TE header of calls, and adds CF-Worker.',
    },
    {
      name: 'response.status.1xx',
      reason: 'A Worker answers with 101 or with 200 to 599 only.',
    },
    {
      name: 'response.reason',
      reason: 'Clients that speak HTTP/2 or HTTP/3 get no reason phrase.',
    },
    {
      name: 'rate-limiting.local',
      reason: 'Counters live in one isolate: with the policy local each isolate counts by itself.',
    },
    {
      name: 'log.latencies',
      reason:
        'The clock of a Worker stands still while it computes: latencies hold the time waited only.',
    },
    {
      name: 'log.peer_port',
      reason: 'The port of the client is not shown to a Worker.',
    },
    {
      name: 'stream',
      reason: 'A Worker takes HTTP only: no raw TCP, TLS passthrough or UDP.',
    },
  ],
  node: [
    {
      name: 'http3',
      reason: 'Node has no stable HTTP/3 server; put one in front.',
    },
  ],
}
