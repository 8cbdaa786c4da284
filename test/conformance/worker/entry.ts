import { connect } from 'cloudflare:sockets'
import { createGateway, type Gateway } from '#engine/gateway'
import type { Settings } from '#engine/settings'
import type { SnapshotEntity } from '#engine/snapshot'
import { plugins } from '#plugins/index'
import { workerHost } from '../../../edge-proxy/hosts/worker/host.ts'
import { serve } from '../../../edge-proxy/hosts/worker/serve.ts'

/** Requests to this authority are for us; all others are for the gateway. */
const OURS = 'http://conformance.internal/'

/** A configuration to serve. With settings it begins from a clean state; without, it takes the place of the one before. */
interface Load {
  entities: SnapshotEntity[]
  settings?: Settings
  /** Where names and ports really are: `a.test:80` to an address. */
  places: Record<string, string>
}

/** As in production each isolate has one of these; here each case has. */
let gateway: Gateway | undefined
let version = 0

/** The edge data plane with configurations from a test in place of the control plane's. */
export default {
  async fetch(request) {
    if (request.url.startsWith(OURS)) return load((await request.json()) as Load)
    if (!gateway) return new Response('nothing is loaded', { status: 500 })
    return serve(gateway, request)
  },
} satisfies ExportedHandler

const load = ({ entities, settings, places }: Load): Response => {
  if (settings) {
    const host = workerHost({
      hostname: 'edge',
      version: '0.0.0',
      analytics: undefined,
      identity: () => ({ group: 'group', node: '99999999-9999-4999-8999-999999999999' }),
      connect: (address, options) => connect(placeOf(address, places), options),
    })
    gateway = createGateway({ host, plugins, settings })
  }
  const applied = gateway?.apply(entities, ++version, `root${version}`)
  return Response.json({ refused: applied?.ok ? null : JSON.stringify(applied?.problems) })
}

const placeOf = (address: string | SocketAddress, places: Record<string, string>) => {
  const name = typeof address === 'string' ? address : `${address.hostname}:${address.port}`
  return places[name] ?? name
}
