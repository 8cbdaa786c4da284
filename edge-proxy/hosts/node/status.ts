import { createServer, type Server } from 'node:http'
import type { Refused } from '#engine/protocol'
import type { Address } from './options.ts'

/** What GET /status answers. */
export interface Status {
  node_id: string | null
  hostname: string
  /** Of the software. */
  runtime_version: string
  host: 'node'
  /** Of the configuration; 0 before the first. */
  version: number
  root: string | null
  /** Entities by kind. */
  counts: Readonly<Record<string, number>>
  applied_at: string | null
  refused: Refused | null
  control_plane: { connected: boolean; last_contact: string | null } | null
  workers: number
  connections: number
  requests: number
  /** Bytes, of all processes. */
  memory: { rss: number; heap_used: number }
  /** Seconds. */
  uptime: number
  records: { waiting: number; dropped: number }
}

/** Answers GET /status with what `status` says at that moment. Rejects with the listener's error. */
export const startStatus = (
  { host, port }: Address,
  status: () => Status,
): Promise<{ server: Server; port: number; stop(): Promise<void> }> => {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0]
    const reads = request.method === 'GET' || request.method === 'HEAD'
    if (path !== '/status') answer(404, { message: 'not found' })
    else if (!reads) answer(405, { message: 'method not allowed' }, { allow: 'GET, HEAD' })
    else answer(200, status())

    function answer(code: number, body: unknown, headers: Record<string, string> = {}) {
      const text = `${JSON.stringify(body)}\n`
      response.writeHead(code, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(text),
        ...headers,
      })
      response.end(request.method === 'HEAD' ? undefined : text)
    }
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      resolve({
        server,
        port: typeof address === 'object' && address ? address.port : port,
        stop: () =>
          new Promise((done) => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
    })
  })
}
