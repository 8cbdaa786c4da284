/** What is kept of one proxied request: dimensions, one count, one latency, sums. Hosts merge or write it. */
export interface TrafficRecord {
  /** Epoch milliseconds of arrival. */
  at: number
  route: string | undefined
  service: string | undefined
  consumer: string | undefined
  method: string
  status: number
  source: 'upstream' | 'exit' | 'error'
  /** Whole time, time spent in the gateway, time waited for the upstream; milliseconds. */
  latency: number
  gateway_latency: number
  upstream_latency: number | undefined
  request_bytes: number
  response_bytes: number
  /** Plugin that threw. */
  fault: string | undefined
}
