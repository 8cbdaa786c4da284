import * as z from 'zod'
import type { Exchange } from '#engine/exchange'
import { type PluginContext, plugin } from '#engine/plugin'
import { nullable, text } from '#model/types'
import { addToLog } from './shared/log-record.ts'

const HEADER = 'Kong-Request-ID'

const generators = {
  uuid: () => () => crypto.randomUUID(),

  'uuid#counter': () => {
    // Made at the first request: Workers have no random numbers before one.
    let prefix: string | undefined
    let count = 0
    return () => {
      prefix ??= crypto.randomUUID()
      return `${prefix}#${++count}`
    }
  },

  // Where from, port, process, connection, number of the request, seconds. A host does not count connections: the
  // client's port stands for the connection.
  tracker: ({ host }: PluginContext) => {
    let count = 0
    return ({ request }: Exchange) =>
      `${request.peer}-${request.port}-${host.node.pid}-${request.peer_port}-${++count}-${(host.now() / 1000).toFixed(3)}`
  },
} satisfies Record<string, (context: PluginContext) => (exchange: Exchange) => string>

export default plugin({
  name: 'correlation-id',
  priority: 100_001,
  summary: 'Gives every request an identifier that follows it through the system.',

  config: {
    header_name: nullable(text, HEADER).meta({
      description: 'Header that carries the identifier. One that the client sent is kept.',
    }),
    generator: z
      .enum(['uuid', 'uuid#counter', 'tracker'])
      .default('uuid#counter')
      .meta({ description: 'How identifiers are made.' }),
    echo_downstream: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether the client gets it back in the answer.' }),
  },

  examples: [
    { summary: 'An identifier for the upstream', config: {} },
    {
      summary: 'One that the client sees too',
      config: { header_name: 'X-Request-ID', generator: 'uuid', echo_downstream: true },
    },
  ],

  create({ header_name, generator, echo_downstream }, context) {
    const next = generators[generator](context)
    const name = header_name ?? HEADER
    const key = name.toLowerCase()

    return {
      request(exchange) {
        const { headers } = exchange.request
        const sent = headers.get(key)
        const id = sent === undefined || sent.trim() === '' ? next(exchange) : sent
        headers.set(name, id, key)
        exchange.notes['correlation-id'] = id
        addToLog(exchange, 'correlation_id', id)
      },

      ...(echo_downstream && {
        response(exchange, headers) {
          const id = exchange.notes['correlation-id'] ?? exchange.request.headers.get(key)
          if (typeof id === 'string') headers.set(name, id, key)
        },
      }),
    }
  },
})
