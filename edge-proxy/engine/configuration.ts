import type { Consumer } from '#model/consumer'
import type { Route } from '#model/route'
import type { Service } from '#model/service'
import type { Upstream } from '#model/upstream'
import type { RoundRobin } from './balancer/round-robin.ts'
import type { UpstreamTls } from './host.ts'

/** A route as the engine holds it. */
export interface ConfiguredRoute {
  readonly entity: Route
  readonly service: ConfiguredService | undefined
}

/** A service as the engine holds it. */
export interface ConfiguredService {
  readonly entity: Service
  /** The upstream that the service's host names, when there is one. */
  readonly upstream: ConfiguredUpstream | undefined
  readonly tls: UpstreamTls | undefined
  /** Host header for the upstream when the service is called directly. */
  readonly authority: string
}

/** An upstream as the engine holds it. */
export interface ConfiguredUpstream {
  readonly entity: Upstream
  readonly peers: RoundRobin
}

/** A consumer as the engine holds it. */
export interface ConfiguredConsumer {
  readonly entity: Consumer
  /** Names of the groups that the acl plugin knows it by. */
  readonly acl_groups: readonly string[]
}

/** A credential as runtimes hold it: its secret is a digest. */
export type ConfiguredCredential = { id: string; consumer: { id: string } } & Record<
  string,
  unknown
>

/** A certificate to answer TLS with, and the names it answers for. */
export interface ConfiguredCertificate {
  readonly id: string
  /** PEM. */
  readonly cert: string
  readonly key: string
  readonly snis: readonly string[]
}

/** A compiled snapshot: immutable, shared by all exchanges that began under it. */
export interface Configuration {
  readonly version: number
  readonly root: string
  readonly certificates: readonly ConfiguredCertificate[]
  consumer(id: string): ConfiguredConsumer | undefined
  /** Consumers by id or username. */
  consumerBy(idOrUsername: string): ConfiguredConsumer | undefined
  /** A credential of a kind (`keyauth_credentials`) by the digest of its secret. See `digest` in snapshot.ts. */
  credential(kind: string, digest: string): ConfiguredCredential | undefined
}
