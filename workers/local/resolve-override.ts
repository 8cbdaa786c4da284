import { request as http, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as https } from 'node:https'

/** Headers that the local platform adds on the way here. */
const OWN = /^(?:mf-|tidegate-resolve$|connection$)/i

/** Sends a call of the edge data plane to the scheme and address in `tidegate-resolve`, Host and all else as they are. */
export const resolveOverride = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
  const { protocol, hostname } = new URL(String(incoming.headers['tidegate-resolve']))
  const wanted = new URL(`${protocol}//${incoming.headers.host}`)
  const request = protocol === 'https:' ? https : http
  const headers: string[] = []
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    const name = incoming.rawHeaders[at] as string
    if (!OWN.test(name)) headers.push(name, incoming.rawHeaders[at + 1] as string)
  }
  const call = request(
    {
      host: hostname,
      port: wanted.port || (protocol === 'https:' ? 443 : 80),
      servername: wanted.hostname,
      method: incoming.method,
      path: incoming.url,
      headers,
      setHost: false,
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders)
      answer.pipe(outgoing)
      answer.on('error', () => outgoing.destroy())
    },
  )
  call.on('error', () => outgoing.destroy())
  outgoing.on('close', () => call.destroy())
  incoming.pipe(call)
}
