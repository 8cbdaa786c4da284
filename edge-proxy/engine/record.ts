import type { Exchange } from './exchange.ts'

/** What is kept of one proxied request: dimensions, one count, one latency, sums. Hosts merge or write it. */
export interface TrafficRecord {
  /** Epoch milliseconds of arrival. */
  at: number
  /** Ids of the entities. */
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

/** The record of an exchange that ended. */
export const recordOf = (exchange: Exchange): TrafficRecord => {
  const { timing, request } = exchange
  const ended = timing.ended ?? timing.started
  const latency = ended - timing.started
  const upstream =
    timing.upstream_started === undefined || timing.upstream_answered === undefined
      ? undefined
      : timing.upstream_answered - timing.upstream_started
  const answered = timing.answered ?? ended
  return {
    at: timing.started,
    route: exchange.route?.entity.id,
    service: exchange.service?.entity.id,
    consumer: exchange.consumer?.entity.id,
    method: request.method,
    status: exchange.response?.status ?? 0,
    source: exchange.source,
    latency,
    gateway_latency: answered - timing.started - (upstream ?? 0),
    upstream_latency: upstream,
    request_bytes: request.head_bytes + (request.body?.length ?? 0),
    response_bytes: exchange.sent_bytes,
    fault: exchange.fault?.plugin,
  }
}
