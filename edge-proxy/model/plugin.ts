import * as z from 'zod'
import { entity } from './kit.ts'
import { name, optional, protocol, reference, set, tags } from './types.ts'

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
})

export type Plugin = z.output<typeof Plugin.row>
