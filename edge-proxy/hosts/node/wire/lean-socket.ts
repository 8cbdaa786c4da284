import { connect, type NetConnectOpts, Socket } from 'node:net'

/**
 * What all lean sockets read into. What is in it is dealt with, or copied, before the next read: so thousands of
 * connections need one buffer, and no read allocates.
 */
const shared = Buffer.allocUnsafeSlow(64 * 1024)

/** The part of it that was read last: reads are often as long as the one before. */
let view = shared

type Receive = (bytes: Buffer) => void

const reader = (receive: Receive) => ({
  buffer: shared,
  callback: (length: number): boolean => {
    if (view.length !== length) view = shared.subarray(0, length)
    receive(view)
    return true
  },
})

/** Connects a socket that gives what it reads to `receive`: bytes that are valid during the call only. */
export const connectLean = (options: NetConnectOpts, receive: Receive): Socket =>
  connect({ ...options, onread: reader(receive) })

/**
 * Makes an accepted socket read the same way. Node offers `onread` only to sockets that connect, and it saves a third of
 * what a proxied request costs: so the connection moves from the accepted Socket, which is given up, to one made for
 * the purpose. Where that cannot be (TLS; a Node that keeps connections elsewhere), the socket stays and its 'data'
 * events are taken. The listener must have `pauseOnConnect`, so that nothing was read before.
 */
export const leanFrom = (accepted: Socket, receive: Receive): Socket => {
  const handle: unknown = Reflect.get(accepted, '_handle')
  if (accepted.constructor !== Socket || typeof handle !== 'object' || handle === null) {
    accepted.on('data', receive)
    return accepted
  }
  Reflect.set(accepted, '_handle', null)
  accepted.destroy()
  Reflect.set(handle, 'reading', false)
  const options = { handle, allowHalfOpen: true, onread: reader(receive) }
  return new Socket(options)
}
