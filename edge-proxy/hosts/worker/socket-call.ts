import type { connect as connectSocket } from 'cloudflare:sockets'
import { Body } from '#engine/body'
import { HeaderList } from '#engine/headers'
import { type UpstreamAnswer, type UpstreamCall, UpstreamFailure } from '#engine/host'
import { EndedEarly, SocketReader, TooSlow } from './socket-reader.ts'

export type Connect = typeof connectSocket

/** Lines that we write ourselves. */
const OWN = new Set(['content-length', 'connection', 'keep-alive', 'transfer-encoding'])

/**
 * Calls a plain HTTP upstream over a socket of its own: the only way in which a Worker can send any Host header, to the
 * letter. Answers nothing when no connection could be made: Cloudflare lets Workers connect to addresses of others only,
 * not to its own, which `fetch` reaches. One connection for each call: sockets cannot outlive the request they belong to.
 */
export const callOverSocket = async (
  call: UpstreamCall,
  connect: Connect,
): Promise<UpstreamAnswer | undefined> => {
  const socket = connect({ hostname: call.host, port: call.port }, { allowHalfOpen: true })
  const close = () => {
    // It may be closed or broken already; either way we are done with it.
    socket.close().catch(() => {})
  }
  try {
    if (!(await opened(socket, call.connect_timeout))) {
      close()
      return undefined
    }
    const sending = send(socket.writable, call)
    // An upstream may answer before it took all of the request; then the answer counts.
    sending.catch(() => {})
    const reader = new SocketReader(socket.readable, call.read_timeout)
    const { status, reason, headers } = await readHead(reader)
    const length = lengthOf(headers)
    const bodyless = call.method === 'HEAD' || status === 204 || status === 304
    if (bodyless) close()
    return {
      status,
      reason,
      headers,
      body: bodyless ? undefined : bodyOf(reader, headers, length, close),
      ip: undefined,
    }
  } catch (error) {
    close()
    throw failureOf(error)
  }
}

/** Whether a connection was made. Throws when it took too long. */
const opened = async (socket: Socket, timeout: number): Promise<boolean> => {
  // The same failure is told twice.
  socket.closed.catch(() => {})
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new UpstreamFailure('connect_timeout', 'connecting took too long', false))
    }, timeout)
  })
  try {
    return await Promise.race([
      socket.opened.then(
        () => true,
        () => false,
      ),
      late,
    ])
  } finally {
    clearTimeout(timer)
  }
}

const send = async (writable: WritableStream<Uint8Array>, call: UpstreamCall): Promise<void> => {
  const { headers, body } = call
  const lines = [`${call.method} ${call.target} HTTP/1.1\r\n`]
  for (let at = 0; at < headers.size; at++) {
    if (!OWN.has(headers.keys[at] as string))
      lines.push(`${headers.names[at]}: ${headers.values[at]}\r\n`)
  }
  const chunked = body !== undefined && body.length === undefined
  if (chunked) lines.push('Transfer-Encoding: chunked\r\n')
  else if (body) lines.push(`Content-Length: ${body.length}\r\n`)
  lines.push('Connection: close\r\n\r\n')

  const writer = writable.getWriter()
  await writer.write(bytesOf(lines.join('')))
  if (!body) return
  if (body.bytes) {
    await writer.write(body.bytes)
    return
  }
  for await (const piece of body.stream as ReadableStream<Uint8Array>) {
    if (piece.length === 0) continue
    if (chunked) await writer.write(bytesOf(`${piece.length.toString(16)}\r\n`))
    await writer.write(piece)
    if (chunked) await writer.write(bytesOf('\r\n'))
  }
  if (chunked) await writer.write(bytesOf('0\r\n\r\n'))
}

const readHead = async (reader: SocketReader) => {
  for (;;) {
    const first = await reader.line()
    const parts = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(first)
    if (!parts) throw new UpstreamFailure('invalid', 'the answer is not HTTP', true)
    const headers = new HeaderList()
    for (let line = await reader.line(); line !== ''; line = await reader.line()) {
      const colon = line.indexOf(':')
      if (colon <= 0) throw new UpstreamFailure('invalid', 'the answer has a broken header', true)
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
    }
    const status = Number(parts[1])
    if (status === 101) throw new UpstreamFailure('invalid', 'the upstream changed protocols', true)
    if (status > 599) throw new UpstreamFailure('invalid', `the answer has status ${status}`, true)
    if (status >= 200) return { status, reason: parts[2] || undefined, headers }
  }
}

const lengthOf = (headers: HeaderList): number | undefined => {
  if (isChunked(headers)) return undefined
  const text = headers.get('content-length')
  if (text === undefined) return undefined
  if (!/^\d+$/.test(text))
    throw new UpstreamFailure('invalid', 'the answer has a broken length', true)
  return Number(text)
}

const isChunked = (headers: HeaderList): boolean =>
  headers.get('transfer-encoding')?.toLowerCase().includes('chunked') ?? false

const bodyOf = (
  reader: SocketReader,
  headers: HeaderList,
  length: number | undefined,
  close: () => void,
): Body => {
  const pieces = isChunked(headers) ? chunks(reader) : counted(reader, length)
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await pieces.next()
        if (!done) {
          controller.enqueue(value)
          return
        }
        controller.close()
      } catch (error) {
        controller.error(error)
      }
      close()
    },
    cancel: close,
  })
  return new Body(stream, length, async () => {
    const bytes = await new Response(stream).arrayBuffer()
    return new Uint8Array(bytes)
  })
}

/** So many bytes, or all there are. */
async function* counted(
  reader: SocketReader,
  length: number | undefined,
): AsyncGenerator<Uint8Array, undefined> {
  for (let left = length ?? Number.POSITIVE_INFINITY; left > 0; ) {
    const piece = await reader.some(left)
    if (!piece) {
      if (length !== undefined) throw new EndedEarly('the answer ended early')
      return
    }
    left -= piece.length
    yield piece
  }
}

/** The content of a chunked message (RFC 9112 section 7.1); its trailers are dropped. */
async function* chunks(reader: SocketReader): AsyncGenerator<Uint8Array, undefined> {
  for (;;) {
    const head = await reader.line()
    const size = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(head)?.[1]
    if (size === undefined) throw new EndedEarly('the answer has a broken chunk')
    const length = Number.parseInt(size, 16)
    if (length === 0) break
    yield* counted(reader, length)
    if ((await reader.line()) !== '') throw new EndedEarly('the answer has a broken chunk')
  }
  while ((await reader.line()) !== '');
}

const failureOf = (error: unknown): UpstreamFailure => {
  if (error instanceof UpstreamFailure) return error
  const detail = error instanceof Error ? error.message : String(error)
  return new UpstreamFailure(error instanceof TooSlow ? 'read_timeout' : 'reset', detail, true)
}

const encoder = new TextEncoder()

/** Byte strings go as they are; what holds other characters goes as UTF-8. */
const bytesOf = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0xff) return encoder.encode(text)
    bytes[at] = code
  }
  return bytes
}
