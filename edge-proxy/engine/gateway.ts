import type { Arrival, Exchange } from './exchange.ts'
import type { Host } from './host.ts'
import type { PluginType } from './plugin.ts'
import type { EntityProblem } from './protocol.ts'
import type { Settings } from './settings.ts'
import type { SnapshotEntity } from './snapshot.ts'

export interface GatewayOptions {
  host: Host
  plugins: readonly PluginType[]
  settings: Settings
}

export type Applied =
  | { ok: true; warnings: EntityProblem[] }
  | { ok: false; problems: EntityProblem[] }

export interface Gateway {
  /** Compiles a snapshot off to the side and swaps to it. On problems nothing changes. `sealed` secrets must be opened before. */
  apply(entities: SnapshotEntity[], version: number, root: string): Applied
  /** Version and root in use; version 0 before the first. */
  readonly serving: { version: number; root: string | undefined }
  /** Takes a request to the point where its answer can be sent: `response` is set. Never rejects. */
  handle(arrival: Arrival): Promise<Exchange>
  /** The host calls this once for each exchange, when the last byte left or the client went away. */
  finish(exchange: Exchange, sentBytes: number): void
}
export type CreateGateway = (options: GatewayOptions) => Gateway
