import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { Body } from '#engine/body'
import type { Arrival } from '#engine/exchange'
import { HeaderList } from '#engine/headers'
import type { UpstreamCall, UpstreamTls } from '#engine/host'
import { CertificateStore } from '#hosts/node/wire/certificate-store'
import { selfSigned } from '#hosts/node/wire/self-signed'
import { createServer, type Handled, type Server } from '#hosts/node/wire/server'
import { createUpstreamClient, type UpstreamClient } from '#hosts/node/wire/upstream-client'
import { dial, dialTls, scriptedUpstream, until } from './conversation.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
const closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const serve = async (store: CertificateStore) => {
  const arrivals: Arrival[] = []
  const server: Server = createServer<Handled>({
    onRequest(arrival) {
      arrivals.push(arrival)
      const headers = new HeaderList()
      return { response: { status: 200, reason: undefined, headers, body: Body.of('secret') } }
    },
  })
  closers.push(() => server.close(0))
  const port = await server.listen({ port: 0, address: '127.0.0.1', tls: store, visible_port: 443 })
  return { port, arrivals, server }
}

/** The name in the certificate that a listener shows for a server name. */
const shown = async (port: number, servername: string | undefined): Promise<string> => {
  const client = dialTls(port, { rejectUnauthorized: false, ...(servername ? { servername } : {}) })
  await once(client.socket, 'secureConnect')
  const { subject } = (client.socket as TLSSocket).getPeerCertificate()
  client.hangUp()
  return String(subject.CN)
}

describe('a self-signed certificate', () => {
  it('is sound, for its host and for now', () => {
    const { cert, key } = selfSigned('gateway.test', new Date('2026-11-22T10:00:00Z'))
    const parsed = new X509Certificate(cert)
    expect(parsed.subject).toBe('CN=gateway.test')
    expect(parsed.checkHost('gateway.test')).toBe('gateway.test')
    expect(parsed.checkHost('other.test')).toBeUndefined()
    expect(parsed.verify(parsed.publicKey)).toBe(true)
    expect(new Date(parsed.validFrom).toISOString()).toBe('2026-11-22T09:00:00.000Z')
    expect(new Date(parsed.validTo).toISOString()).toBe('2036-11-22T10:00:00.000Z')
    expect(key).toContain('PRIVATE KEY')
  })
})

describe('a TLS listener', () => {
  it('tells version, cipher and server name of the connection', async () => {
    const { port, arrivals } = await serve(new CertificateStore())
    const client = dialTls(port, { servername: 'a.test', rejectUnauthorized: false }).say(GET)
    expect(await client.finished()).toContain('secret')
    expect(arrivals[0]).toMatchObject({
      scheme: 'https',
      port: 443,
      tls: {
        version: 'TLSv1.3',
        cipher: 'TLS_AES_256_GCM_SHA384',
        sni: 'a.test',
        client_verify: 'NONE',
      },
    })
    const nameless = dialTls(port, { rejectUnauthorized: false }).say(GET)
    await nameless.finished()
    expect(arrivals[1]?.tls?.sni).toBeUndefined()
  })

  it('shows the certificate of the name: exact, by wildcard, else the default; swapped while running', async () => {
    const store = new CertificateStore()
    const { port } = await serve(store)
    expect(await shown(port, 'a.test')).toBe('localhost')
    const named = (name: string, ...names: string[]) => ({ names, ...selfSigned(name) })
    store.replace([
      named('exact', 'a.test'),
      named('parent', '*.b.test'),
      named('first', 'c.*'),
      named('default', '*'),
    ])
    for (const [name, expected] of [
      ['a.test', 'exact'],
      ['A.TEST', 'exact'],
      ['x.b.test', 'parent'],
      ['c.org', 'first'],
      ['other.test', 'default'],
    ] as const) {
      expect([name, await shown(port, name)]).toEqual([name, expected])
    }
    store.replace([named('newer', 'a.test')])
    expect(await shown(port, 'a.test')).toBe('newer')
    expect(() => store.replace([{ names: ['x'], cert: 'rubbish', key: 'rubbish' }])).toThrow()
    expect(await shown(port, 'a.test')).toBe('newer')
  })

  it('lets a request under way end when it closes', async () => {
    const gates: (() => void)[] = []
    const server = createServer<Handled>({
      async onRequest() {
        await new Promise<void>((resolve) => gates.push(resolve))
        const headers = new HeaderList()
        return { response: { status: 200, reason: undefined, headers, body: Body.of('done') } }
      },
    })
    const port = await server.listen({ port: 0, address: '127.0.0.1', tls: new CertificateStore() })
    const client = dialTls(port, { rejectUnauthorized: false }).say(
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    )
    await until(() => gates.length > 0)
    const closed = server.close(5000)
    gates[0]?.()
    expect(await client.finished()).toMatch(/Connection: close\r\n\r\ndone$/)
    client.hangUp()
    await closed
  })

  it('survives who speaks no TLS, and closes with unfinished handshakes', async () => {
    const { port, server } = await serve(new CertificateStore())
    const plain = dial(port).say(GET)
    await plain.finished()
    const silent = dial(port)
    await once(silent.socket, 'connect')
    const client = dialTls(port, { rejectUnauthorized: false }).say(GET)
    expect(await client.finished()).toContain('secret')
    await server.close(100)
    await silent.finished()
  })
})

describe('calls over TLS', () => {
  const authority = selfSigned('up.test')
  const identity = selfSigned('gateway')

  const upstream = async () => {
    const seen: { name: unknown; client: string }[] = []
    const server = createTlsServer(
      { ...authority, requestCert: true, rejectUnauthorized: false },
      (socket) => {
        const { servername } = socket as { servername?: string | false }
        seen.push({ name: servername, client: String(socket.getPeerCertificate().subject?.CN) })
        socket.on('error', () => {})
        socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
      },
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client: UpstreamClient = createUpstreamClient()
    closers.push(() => client.close())
    closers.push(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const call = (
      tls: Partial<UpstreamTls> | undefined,
      scheme: UpstreamCall['scheme'] = 'https',
    ) =>
      client.call({
        scheme,
        host: '127.0.0.1',
        port,
        method: 'GET',
        target: '/',
        headers: HeaderList.from([['Host', 'up.test']]),
        body: undefined,
        connect_timeout: 2000,
        write_timeout: 2000,
        read_timeout: 2000,
        tls: tls && {
          server_name: 'up.test',
          verify: true,
          authorities: undefined,
          certificate: undefined,
          ...tls,
        },
      })
    return { call, seen, client }
  }

  it('does not verify by default', async () => {
    const { call } = await upstream()
    expect(await (await call(undefined)).body?.text()).toBe('ok')
  })

  it('verifies by the authorities given, and sends name and certificate', async () => {
    const { call, seen } = await upstream()
    const tls = { authorities: [authority.cert], certificate: identity }
    expect((await call(tls)).status).toBe(200)
    expect(seen).toEqual([{ name: 'up.test', client: 'gateway' }])
  })

  it.each([
    ['an unknown authority', { authorities: undefined }],
    ['another name', { authorities: [authority.cert], server_name: 'other.test' }],
  ])('refuses %s', async (_title, tls) => {
    const { call } = await upstream()
    await expect(call(tls)).rejects.toMatchObject({ reason: 'connect', sent: false })
  })

  it('never shares connections between other TLS facts', async () => {
    const { call, client, seen } = await upstream()
    const first: Partial<UpstreamTls> = { authorities: [authority.cert] }
    await call(first)
    await call(first)
    expect(client.stats().connections).toBe(1)
    await call({ ...first, certificate: identity })
    expect(client.stats().connections).toBe(2)
    expect(seen.map(({ client: name }) => name)).toEqual(['undefined', 'gateway'])
  })

  it('gives up on a handshake that does not end', async () => {
    const silent = await scriptedUpstream()
    const client = createUpstreamClient()
    closers.push(() => client.close(), silent.close)
    const call = client.call({
      scheme: 'https',
      host: '127.0.0.1',
      port: silent.port,
      method: 'GET',
      target: '/',
      headers: new HeaderList(),
      body: undefined,
      connect_timeout: 60,
      write_timeout: 2000,
      read_timeout: 2000,
      tls: undefined,
    })
    await expect(call).rejects.toMatchObject({ reason: 'connect_timeout', sent: false })
  })

  it('does not get stuck on a certificate that cannot be read', async () => {
    const { call } = await upstream()
    await expect(call({ certificate: { cert: 'x', key: 'y' } })).rejects.toMatchObject({
      reason: 'connect',
    })
  })
})
