import * as z from 'zod'
import { activeChecks, passiveChecks } from './health-checks.ts'
import { hostHeaderProblem } from './host-name.ts'
import { entity } from './kit.ts'
import {
  between,
  headerName,
  judged,
  nullable,
  numberBetween,
  optional,
  path,
  record,
  reference,
  tags,
  text,
} from './types.ts'
import {
  checkHashHeaders,
  checkHashing,
  hashingDefaults,
  upstreamNameProblem,
} from './upstream-checks.ts'

const inputs = [
  'none',
  'consumer',
  'ip',
  'header',
  'cookie',
  'path',
  'query_arg',
  'uri_capture',
] as const

export const Upstream = entity({
  name: 'upstream',
  plural: 'upstreams',
  summary: 'A virtual host whose traffic is spread over targets.',
  key: 'name',
  fields: {
    name: judged(upstreamNameProblem).meta({
      description: 'The host name that services use for it.',
      unique: true,
    }),
    algorithm: nullable(
      z.enum(['consistent-hashing', 'least-connections', 'round-robin', 'latency']),
      'round-robin',
    ).meta({
      description: 'How the next target is chosen.',
    }),
    hash_on: nullable(z.enum(inputs), 'none').meta({ description: 'What is hashed.' }),
    hash_fallback: nullable(z.enum(inputs), 'none').meta({
      description: 'What is hashed when that is missing.',
    }),
    hash_on_header: optional(headerName).meta({ description: 'Header to hash.' }),
    hash_fallback_header: optional(headerName).meta({ description: 'Header to hash as fallback.' }),
    hash_on_cookie: optional(text).meta({
      description: 'Cookie to hash; set when it is missing.',
    }),
    hash_on_cookie_path: nullable(path, '/').meta({ description: 'Path of that cookie.' }),
    hash_on_query_arg: optional(text).meta({ description: 'Query argument to hash.' }),
    hash_fallback_query_arg: optional(text).meta({
      description: 'Query argument to hash as fallback.',
    }),
    hash_on_uri_capture: optional(text).meta({ description: 'Captured part of the path to hash.' }),
    hash_fallback_uri_capture: optional(text).meta({
      description: 'Captured part of the path to hash as fallback.',
    }),
    slots: nullable(between(10, 65_536), 10_000).meta({ description: 'Points on the hash ring.' }),
    healthchecks: record({
      passive: passiveChecks,
      active: activeChecks,
      threshold: nullable(numberBetween(0, 100), 0).meta({
        description:
          'Percent of the weight that must be available for the upstream to count as healthy.',
      }),
    }).meta({ description: 'How targets are judged.' }),
    tags,
    host_header: optional(judged(hostHeaderProblem)).meta({
      description: 'Host header for its targets.',
    }),
    client_certificate: optional(reference('certificate')).meta({
      description: 'Certificate to show its targets.',
    }),
    use_srv_name: nullable(z.boolean(), false).meta({
      description: 'Use the name from the SRV record as Host.',
    }),
  },
  defaults: hashingDefaults,
  early: checkHashHeaders,
  checks: [checkHashing],
})

export type Upstream = z.output<typeof Upstream.row>
