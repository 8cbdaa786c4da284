import type { Exchange } from '#engine/exchange'
import { createGateway, type Gateway } from '#engine/gateway'
import type { HeaderList } from '#engine/headers'
import type { UpstreamCall } from '#engine/host'
import { defaults, type Settings } from '#engine/settings'
import { snapshotEntities } from '#engine/standalone'
import { readDeclarative } from '#model/declarative'
import { catalog, plugins } from '#plugins/index'
import { arrival, type FakeHost, fakeHost, type Sent } from './fake-host.ts'

/** What client and upstream saw of one request. */
export interface Seen {
  status: number
  headers: HeaderList
  body: string
  /** The call that reached the upstream; undefined when none did. */
  upstream: (UpstreamCall & { text: string | undefined }) | undefined
  exchange: Exchange
}

export interface Loaded {
  host: FakeHost
  gateway: Gateway
  send(sent?: Sent): Promise<Seen>
  /** Puts another document in its place. */
  load(document: Record<string, unknown>): void
}

/** A gateway with our plugins that serves a declarative document, on a host whose clock stands still. */
export const serving = (
  document: Record<string, unknown>,
  { host = fakeHost(), settings = {} }: { host?: FakeHost; settings?: Partial<Settings> } = {},
): Loaded => {
  const gateway = createGateway({ host, plugins, settings: { ...defaults, ...settings } })
  let version = 0
  const load = (next: Record<string, unknown>) => {
    const declared = readDeclarative({ _format_version: '3.0', ...next }, catalog, 1)
    if (!declared.ok) throw new Error(declared.message)
    const applied = gateway.apply(snapshotEntities(declared.entities), ++version, `root${version}`)
    if (!applied.ok) throw new Error(JSON.stringify(applied.problems))
  }
  load(document)
  return {
    host,
    gateway,
    load,
    async send(sent = {}) {
      const before = host.calls.length
      const exchange = await gateway.handle(arrival(sent))
      const { response } = exchange
      if (!response) throw new Error('no answer')
      const body = (await response.body?.text()) ?? ''
      gateway.finish(exchange, body.length)
      const call = host.calls[before]
      return {
        status: response.status,
        headers: response.headers,
        body,
        upstream: call && { ...call, text: await call.body?.text() },
        exchange,
      }
    },
  }
}

/** One service and one route for everything, with these plugins on the route. */
export const routed = (
  on: { name: string; config?: unknown }[],
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  services: [
    { name: 'echo', url: 'http://echo.test', routes: [{ name: 'r', paths: ['/'], plugins: on }] },
  ],
  ...more,
})

/** Sends one request through one plugin. */
export const through = (
  name: string,
  config: unknown,
  sent: Sent = {},
  more: Record<string, unknown> = {},
): Promise<Seen> => serving(routed([{ name, config }], more)).send(sent)
