import * as z from 'zod'
import { serverNameProblem } from './host-name.ts'
import {
  between,
  headerName,
  judged,
  nullable,
  numberBetween,
  optional,
  path,
  record,
  text,
} from './types.ts'

const statuses = (defaults: number[]) =>
  nullable(z.array(between(100, 999)), defaults).meta({ description: 'Statuses that count.' })
const counter = (description: string) => nullable(between(0, 255), 0).meta({ description })
const interval = nullable(numberBetween(0, 65_535), 0).meta({
  description: 'Seconds between two checks; 0 turns them off.',
})
const type = nullable(z.enum(['tcp', 'http', 'https', 'grpc', 'grpcs']), 'http').meta({
  description: 'How targets are checked.',
})

const failures = {
  http_failures: counter('Bad statuses until a target is unhealthy; 0 turns the count off.'),
  tcp_failures: counter('Failed connections until a target is unhealthy; 0 turns the count off.'),
  timeouts: counter('Timeouts until a target is unhealthy; 0 turns the count off.'),
}

/** Judging targets by the requests that are proxied to them. */
export const passiveChecks = record({
  healthy: record({
    http_statuses: statuses([
      200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 306, 307, 308,
    ]),
    successes: counter('Good statuses until a target is healthy; 0 turns the count off.'),
  }),
  type,
  unhealthy: record({ http_statuses: statuses([429, 500, 503]), ...failures }),
})

/** Judging targets by probes of our own. */
export const activeChecks = record({
  type,
  https_sni: optional(judged(serverNameProblem)).meta({
    description: 'Name for the TLS handshake of https probes.',
  }),
  https_verify_certificate: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether https probes verify the certificate.' }),
  timeout: nullable(numberBetween(0, 65_535), 1).meta({ description: 'Seconds a probe may take.' }),
  concurrency: nullable(between(1, 2_147_483_648), 10).meta({
    description: 'Targets probed at once.',
  }),
  healthy: record({
    http_statuses: statuses([200, 302]),
    interval,
    successes: counter('Good probes until a target is healthy; 0 turns the count off.'),
  }),
  unhealthy: record({
    http_statuses: statuses([429, 404, 500, 501, 502, 503, 504, 505]),
    interval,
    ...failures,
  }),
  http_path: nullable(path, '/').meta({ description: 'Path that probes ask for.' }),
  headers: optional(z.record(headerName, z.array(text))).meta({
    description: 'Headers of the probes.',
  }),
})
