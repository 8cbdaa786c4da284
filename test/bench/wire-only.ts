import { createServer, type Handled } from '#hosts/node/wire/server'
import { createUpstreamClient } from '#hosts/node/wire/upstream-client'
import { answerFigures } from './figures.ts'

/** The wire without the engine: requests are passed on as they are. Arguments: port, port of the upstream. */
const [port, upstreamPort] = process.argv.slice(2).map(Number)

const client = createUpstreamClient()
const server = createServer<Handled>({
  // A call that fails (clients leave when a round is over) rejects, and is answered 500: a round with any is void.
  async onRequest(arrival) {
    const { method, path, query, headers, body, origin } = arrival
    const response = await client.call({
      scheme: 'http',
      host: '127.0.0.1',
      port: upstreamPort ?? 0,
      method,
      target: query === undefined ? path : `${path}?${query}`,
      headers,
      body,
      connect_timeout: 60_000,
      write_timeout: 60_000,
      read_timeout: 60_000,
      tls: undefined,
      origin,
    })
    return { response }
  },
})
await server.listen({ port: port ?? 0, address: '127.0.0.1' })
answerFigures()
