import * as z from 'zod'
import { rangeProblem, routeHostProblem, serverNameProblem } from './host-name.ts'
import { entity } from './kit.ts'
import { checkPath, checkProtocols, checkRoute, routeDefaults } from './route-checks.ts'
import {
  headerName,
  judged,
  name,
  nullable,
  optional,
  port,
  protocol,
  reference,
  set,
  tags,
  text,
} from './types.ts'

const endpoint = z
  .strictObject({
    ip: optional(judged(rangeProblem)).meta({ description: 'Address, or CIDR range.' }),
    port: optional(port).meta({ description: 'Port.' }),
  })
  .refine(
    ({ ip, port }) => ip !== null || port !== null,
    "at least one of these fields must be non-empty: 'ip', 'port'",
  )

export const Route = entity({
  name: 'route',
  plural: 'routes',
  summary: 'Which requests go to a service.',
  key: 'name',
  fields: {
    name: optional(name).meta({ description: 'Unique within the group.', unique: true }),
    protocols: set(protocol)
      .min(1, 'unknown type: nil')
      .default(['http', 'https'])
      .meta({ description: 'Protocols that it serves.' }),
    https_redirect_status_code: z
      .literal([426, 301, 302, 307, 308])
      .default(426)
      .meta({ description: 'Answer to plain requests when only https is served.' }),
    strip_path: z
      .boolean()
      .default(true)
      .meta({ description: 'Remove the matched path before calling the upstream.' }),
    preserve_host: z
      .boolean()
      .default(false)
      .meta({ description: 'Send the Host of the request to the upstream.' }),
    request_buffering: z
      .boolean()
      .default(true)
      .meta({ description: 'Read the whole request before calling the upstream.' }),
    response_buffering: z
      .boolean()
      .default(true)
      .meta({ description: 'Read the whole answer before sending it on.' }),
    tags,
    service: optional(reference('service')).meta({ description: 'Where its requests go.' }),
    snis: optional(set(judged(serverNameProblem))).meta({
      description: 'Names in the TLS handshake that match.',
    }),
    sources: optional(set(endpoint)).meta({
      description: 'Client addresses that match (streams).',
    }),
    destinations: optional(set(endpoint)).meta({
      description: 'Local addresses that match (streams).',
    }),
    methods: optional(
      set(text.regex(/^[A-Z]+$/, { error: ({ input }) => `invalid value: ${input}` })),
    ).meta({
      description: 'Methods that match.',
    }),
    hosts: optional(z.array(judged(routeHostProblem))).meta({
      description: 'Hosts that match; one `*` at either end.',
    }),
    paths: optional(z.array(text.check(checkPath))).meta({
      description: 'Path prefixes that match, or regular expressions after `~`.',
    }),
    headers: optional(
      z.record(
        headerName.refine(
          (header) => header.toLowerCase() !== 'host',
          "cannot contain 'host' header, which must be specified in the 'hosts' attribute",
        ),
        z.array(text),
      ),
    ).meta({
      description: 'Headers and the values that match; one value `~*…` is a regular expression.',
    }),
    regex_priority: nullable(z.int(), 0).meta({
      description: 'Higher goes first among regular expressions.',
    }),
    path_handling: nullable(z.enum(['v0', 'v1']), 'v0').meta({
      description:
        'How service path and request path join. v1 only acts in the traditional flavour.',
    }),
  },
  defaults: routeDefaults,
  early: checkProtocols,
  checks: [checkRoute],
})

export type Route = z.output<typeof Route.row>
