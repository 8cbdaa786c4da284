import type { ExchangeResponse } from '#engine/exchange'
import { defer } from './defer.ts'

/**
 * The answer as the Worker sends it. A body that nobody read is pumped by the runtime, byte for byte: what the upstream
 * compressed stays compressed. `sent` is called once, with the bytes that left, when the last one did or the client went
 * away.
 */
export const answer = (
  response: ExchangeResponse,
  method: string,
  sent: (bytes: number) => void,
): Response => {
  // a Worker can send no other: what asked for one is at fault, and counted so
  if (response.status < 200 || response.status > 599) response.status = 500
  const init: ResponseInit = {
    status: response.status,
    headers: headersOf(response, method === 'HEAD'),
    encodeBody: 'manual',
  }
  if (response.reason !== undefined) init.statusText = response.reason
  const { body, status } = response

  if (!body || method === 'HEAD' || status === 204 || status === 205 || status === 304) {
    defer(ended(sent, 0))
    return new Response(null, init)
  }
  if (body.bytes) {
    defer(ended(sent, body.bytes.length))
    return new Response(body.bytes, init)
  }
  return new Response(pumped(body.stream as ReadableStream<Uint8Array>, body.length, sent), init)
}

/** After the handler returned: log work does not hold the answer up. */
const ended = async (sent: (bytes: number) => void, bytes: number): Promise<void> => {
  await Promise.resolve()
  sent(bytes)
}

/** A stream of known length is moved without entering JavaScript; any other has to be counted. */
const pumped = (
  source: ReadableStream<Uint8Array>,
  length: number | undefined,
  sent: (bytes: number) => void,
): ReadableStream<Uint8Array> => {
  if (length !== undefined) {
    const { readable, writable } = new FixedLengthStream(length)
    defer(
      source.pipeTo(writable).then(
        () => sent(length),
        () => sent(0),
      ),
    )
    return readable
  }
  let bytes = 0
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength
      controller.enqueue(chunk)
    },
  })
  const done = () => sent(bytes)
  defer(source.pipeTo(writable).then(done, done))
  return readable
}

/** Framing is the runtime's; but the answer to HEAD says how long the body would be. */
const headersOf = ({ headers }: ExchangeResponse, head: boolean): Headers => {
  const out = new Headers()
  for (let at = 0; at < headers.size; at++) {
    const key = headers.keys[at] as string
    if (key === 'connection' || key === 'transfer-encoding' || key === 'keep-alive') continue
    if (key === 'content-length' && !head) continue
    out.append(headers.names[at] as string, headers.values[at] as string)
  }
  return out
}
