/** What an upstream call hangs on, so that it ends when the client that asked for it goes away. */
export class ClientLink {
  /** The client went away: there is nobody to answer. */
  gone = false
  /** The call under way for this client. At most one: a client's requests are served one after the other. */
  call: { cancel(): void } | undefined
}
