import type { Applied } from '#engine/gateway'
import type { Candidate } from '../shared/candidate.ts'
import type { Facts, Ports } from './messages.ts'

/** What serves traffic: this process, or worker processes behind one door. */
export interface Serving {
  /** Puts a configuration into use; it counts as applied when all of it serves by it. */
  apply(candidate: Candidate): Applied | Promise<Applied>
  /** Begins to take connections. Rejects with CannotListen. */
  listen(): Promise<Ports>
  /** The id that the control plane gave this runtime, for logs. */
  identify(id: string): void
  readonly facts: Facts
  readonly workers: number
  /** Takes no more connections, gives requests under way this many milliseconds to end, and ends. */
  stop(ms: number): Promise<void>
}
