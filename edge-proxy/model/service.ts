import * as z from 'zod'
import { hostProblem } from './host-name.ts'
import { type Check, entity } from './kit.ts'
import {
  between,
  judged,
  millis,
  name,
  nullable,
  optional,
  path,
  port,
  protocol,
  reference,
  tags,
  uuid,
} from './types.ts'

export const Service = entity({
  name: 'service',
  plural: 'services',
  summary: 'An upstream API that routes send traffic to.',
  key: 'name',
  fields: {
    name: optional(name).meta({ description: 'Unique within the group.', unique: true }),
    retries: nullable(between(0, 32_767), 5).meta({
      description: 'Further tries when the upstream cannot be reached.',
    }),
    protocol: protocol.default('http').meta({ description: 'How to speak to the upstream.' }),
    host: judged(hostProblem).meta({ description: 'Host to call, or the name of an upstream.' }),
    port: port.default(80).meta({ description: 'Port on the host.' }),
    path: optional(path).meta({ description: 'Put before the path of each request.' }),
    connect_timeout: nullable(millis, 60_000).meta({
      description: 'Milliseconds to wait for a connection.',
    }),
    write_timeout: nullable(millis, 60_000).meta({
      description: 'Milliseconds between two writes to the upstream.',
    }),
    read_timeout: nullable(millis, 60_000).meta({
      description: 'Milliseconds between two reads from the upstream.',
    }),
    tags,
    client_certificate: optional(reference('certificate')).meta({
      description: 'Certificate to show the upstream.',
    }),
    tls_verify: optional(z.boolean()).meta({
      description: 'Whether the certificate of the upstream must verify.',
    }),
    tls_verify_depth: optional(between(0, 64)).meta({
      description: 'Longest accepted chain of certificates.',
    }),
    ca_certificates: optional(z.array(uuid)).meta({
      description: 'CA certificates that the upstream may be verified with.',
    }),
    enabled: z
      .boolean()
      .default(true)
      .meta({ description: 'A disabled service takes its routes out of the router.' }),
  },
  checks: [
    onlyWith('path', ['http', 'https', 'tls_passthrough']),
    onlyWith('client_certificate', ['https', 'tls']),
    onlyWith('tls_verify', ['https', 'tls']),
    onlyWith('tls_verify_depth', ['https', 'tls']),
    onlyWith('ca_certificates', ['https', 'tls']),
  ],
})

export type Service = z.output<typeof Service.row>

/** A field that must stay empty unless the protocol is one of these. */
function onlyWith(field: string, protocols: string[]): Check<Record<string, unknown>> {
  return (service) => {
    const value = service[field]
    if (value === null || value === undefined || protocols.includes(service.protocol as string))
      return undefined
    return {
      [field]: 'value must be null',
      '@entity': ["failed conditional validation given value of field 'protocol'"],
    }
  }
}
