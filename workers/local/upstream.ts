import { createServer, type Server } from 'node:http'

/** The demo upstream: answers every request with what it received, as JSON. */
export const startUpstream = (port: number): Promise<Server> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const target = new URL(request.url ?? '/', 'http://upstream')
      const body = JSON.stringify(
        {
          method: request.method,
          path: target.pathname,
          query: Object.fromEntries(target.searchParams),
          headers: request.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        },
        null,
        2,
      )
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body) + 1,
      })
      response.end(`${body}\n`)
    })
  })
  // Data planes keep connections for reuse; outlasting them avoids a call on one that just closed.
  server.keepAliveTimeout = 120_000
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
