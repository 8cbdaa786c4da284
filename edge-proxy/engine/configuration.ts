import type { Consumer } from '#model/consumer'
import type { Route } from '#model/route'
import type { Service } from '#model/service'

/** A route as the engine holds it. */
export interface ConfiguredRoute {
  readonly entity: Route
  readonly service: ConfiguredService | undefined
}

/** A service as the engine holds it. */
export interface ConfiguredService {
  readonly entity: Service
}

/** A consumer as the engine holds it. */
export interface ConfiguredConsumer {
  readonly entity: Consumer
  /** Names of the groups that the acl plugin knows it by. */
  readonly acl_groups: readonly string[]
}

/** A compiled snapshot: immutable, shared by all exchanges that began under it. */
export interface Configuration {
  readonly version: number
  readonly root: string
  readonly consumers: ReadonlyMap<string, ConfiguredConsumer>
  /** Consumers by id or username. */
  consumerBy(idOrUsername: string): ConfiguredConsumer | undefined
  /** A credential of a kind (`keyauth_credentials`) by the digest of its secret. See `digest` in snapshot.ts. */
  credential(
    kind: string,
    digest: string,
  ): ({ id: string; consumer: { id: string } } & Record<string, unknown>) | undefined
}
