import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { UpstreamTls } from '#engine/host'
import type { UpstreamConnection } from './upstream-connection.ts'

/** TLS facts of a destination, made once for each distinct set. */
export interface DestinationTls {
  serverName: string | undefined
  verify: boolean
  context: SecureContext
  /** Of the last connection, to resume. */
  session: Buffer | undefined
}

/** Where connections go that can stand in for each other, and those that wait for the next request. */
export interface Destination {
  readonly ip: string
  readonly port: number
  readonly tls: DestinationTls | undefined
  readonly key: string
  readonly idle: UpstreamConnection[]
  /** Connections in all. */
  open: number
}

const defaultTls: UpstreamTls = {
  server_name: undefined,
  verify: false,
  authorities: undefined,
  certificate: undefined,
}

/** The destinations of now. A destination is forgotten with its last connection. */
export class Destinations {
  private readonly plain = new Map<string, Map<number, Destination>>()
  private readonly secure = new Map<string, Destination>()
  private readonly facts = new WeakMap<UpstreamTls, string>()

  find(ip: string, port: number, tls: UpstreamTls | undefined): Destination {
    if (tls) return this.findSecure(ip, port, tls)
    let ports = this.plain.get(ip)
    if (!ports) {
      ports = new Map()
      this.plain.set(ip, ports)
    }
    let destination = ports.get(port)
    if (!destination) {
      destination = { ip, port, tls: undefined, key: '', idle: [], open: 0 }
      ports.set(port, destination)
    }
    return destination
  }

  forget(destination: Destination): void {
    if (destination.tls) this.secure.delete(destination.key)
    else {
      const ports = this.plain.get(destination.ip)
      ports?.delete(destination.port)
      if (ports?.size === 0) this.plain.delete(destination.ip)
    }
  }

  private findSecure(ip: string, port: number, tls: UpstreamTls): Destination {
    let facts = this.facts.get(tls)
    if (facts === undefined) {
      // Connections with other authorities, names or client certificates are never shared.
      facts = createHash('sha256').update(JSON.stringify(tls)).digest('base64')
      this.facts.set(tls, facts)
    }
    const key = `${ip}|${port}|${facts}`
    let destination = this.secure.get(key)
    if (!destination) {
      destination = { ip, port, tls: prepare(tls), key, idle: [], open: 0 }
      this.secure.set(key, destination)
    }
    return destination
  }
}

export const tlsOf = (scheme: 'http' | 'https', tls: UpstreamTls | undefined) =>
  scheme === 'https' ? (tls ?? defaultTls) : undefined

const prepare = (tls: UpstreamTls): DestinationTls => {
  const { server_name, verify, authorities, certificate } = tls
  return {
    // RFC 6066 section 3: an address is not a server name.
    serverName: server_name !== undefined && isIP(server_name) === 0 ? server_name : undefined,
    verify,
    context: createSecureContext({
      ...(authorities ? { ca: authorities } : {}),
      ...(certificate ? { cert: certificate.cert, key: certificate.key } : {}),
    }),
    session: undefined,
  }
}
