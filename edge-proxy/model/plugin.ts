import * as z from 'zod'
import { entity } from './kit.ts'
import { name, optional, protocol, reference, set, tags } from './types.ts'
import type { Fields } from './violation.ts'

const HTTP = ['grpc', 'grpcs', 'http', 'https']

/** Kong's plugins that take the protocols of streams too. */
const FOR_STREAMS = new Set([
  'azure-functions',
  'datadog',
  'file-log',
  'grpc-gateway',
  'grpc-web',
  'http-log',
  'ip-restriction',
  'loggly',
  'post-function',
  'pre-function',
  'prometheus',
  'proxy-cache',
  'request-transformer',
  'session',
  'statsd',
  'syslog',
  'tcp-log',
  'udp-log',
  'zipkin',
])

export const Plugin = entity({
  name: 'plugin',
  plural: 'plugins',
  summary: 'A policy, with its configuration and the traffic that it acts on.',
  key: 'instance_name',
  uniqueTogether: ['name', 'service', 'route', 'consumer'],
  fields: {
    name: z.string().min(1, 'length must be at least 1').meta({ description: 'Which policy.' }),
    instance_name: optional(name).meta({
      description: 'A label of its own, unique within the group.',
      unique: true,
    }),
    route: optional(reference('route', 'cascade')).meta({
      description: 'Only requests of this route.',
    }),
    service: optional(reference('service', 'cascade')).meta({
      description: 'Only requests to this service.',
    }),
    consumer: optional(reference('consumer', 'cascade')).meta({
      description: 'Only requests of this consumer.',
    }),
    config: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: 'What the policy does.' }),
    protocols: set(protocol)
      .default(['grpc', 'grpcs', 'http', 'https'])
      .meta({ description: 'Protocols of the requests that it runs for.' }),
    enabled: z
      .boolean()
      .default(true)
      .meta({ description: 'A disabled plugin acts as if it were not there.' }),
    tags,
  },
  early: checkProtocols,
})

/** Only plugins that also run for streams can be limited to them. */
function checkProtocols({ name: plugin, protocols }: Record<string, unknown>): Fields | undefined {
  if (!Array.isArray(protocols) || FOR_STREAMS.has(String(plugin))) return undefined
  const problems = protocols.map((protocol) =>
    typeof protocol !== 'string' || HTTP.includes(protocol)
      ? null
      : `expected one of: ${HTTP.join(', ')}`,
  )
  return problems.some((problem) => problem !== null) ? { protocols: problems } : undefined
}

export type Plugin = z.output<typeof Plugin.row>
