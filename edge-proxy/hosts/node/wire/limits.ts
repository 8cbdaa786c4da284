/** What one client may cost. Sizes in bytes, times in milliseconds; defaults are those of Kong's nginx. */
export interface Limits {
  /** Request target; longer is 414. */
  uri_bytes: number
  /** Request line and header lines together; longer is 400. */
  head_bytes: number
  /** Header lines; more is 400. */
  header_count: number
  /** Request body; longer is 413. 0 for no limit. */
  body_bytes: number
  /** From the first byte of a request to the end of its head. */
  header_timeout: number
  /** Between two reads of a request body. */
  body_timeout: number
  /** Until the client took what was written. */
  send_timeout: number
  /** Between two requests of a connection. */
  keep_alive_timeout: number
  /** Requests before a connection is closed. */
  requests_per_connection: number
  /** How long a closing connection goes on reading, so that the client gets the answer and not a reset. */
  lingering_timeout: number
}

export const defaultLimits: Limits = {
  uri_bytes: 8 * 1024,
  head_bytes: 32 * 1024,
  header_count: 1000,
  body_bytes: 0,
  header_timeout: 60_000,
  body_timeout: 60_000,
  send_timeout: 60_000,
  keep_alive_timeout: 75_000,
  requests_per_connection: 10_000,
  lingering_timeout: 5_000,
}

/** A body that fits here and came with its head is kept as text and joined with the head in one write. */
export const JOINED_BYTES = 16 * 1024

/** Bytes that one direction of an exchange holds before it stops reading. */
export const HELD_BYTES = 64 * 1024
