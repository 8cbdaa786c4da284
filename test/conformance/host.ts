import type { SnapshotEntity } from '#engine/snapshot'
import type { ClientResponse } from './client.ts'
import type { VectorRequest } from './vectors.ts'

/** A data plane that cases run against. */
export interface HostUnderTest {
  readonly name: 'node' | 'worker'
  /** Serves a configuration from a clean state, under these settings (kong.conf names). Answers why it will not. */
  load(
    entities: readonly SnapshotEntity[],
    settings: Readonly<Record<string, string>>,
  ): Promise<string | undefined>
  /** Puts another configuration in its place, keeping counters and all else. */
  swap(entities: readonly SnapshotEntity[]): Promise<string | undefined>
  send(request: VectorRequest): Promise<ClientResponse>
  /** Sees to it that a window of time (second, minute) is not about to end. */
  align(window: string): Promise<void>
  /** Lets time pass. */
  wait(ms: number): Promise<void>
  close(): Promise<void>
}
