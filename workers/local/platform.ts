import * as z from 'zod'
import { api } from './api.ts'
import { type Part, startPart, whenUp } from './child.ts'
import { buildConsole } from './console.ts'
import { type EdgeSide, startEdge } from './edge.ts'
import { importDemo, isSetUp, registrationToken, setUp } from './first-start.ts'
import { type Home, openHome } from './home.ts'
import { lockHome } from './lock.ts'
import { startNodeRuntime } from './node-runtime.ts'
import { inProject } from './paths.ts'
import { checkPorts } from './ports.ts'
import { environmentOf, type LocalSettings } from './settings.ts'
import { type Stops, stopsOf } from './stops.ts'
import { startUpstream } from './upstream.ts'

/** The whole of Tidegate on one machine. */
export interface Platform {
  readonly home: Home
  /** Whether this start made the organization. */
  readonly first: boolean
  /** Processes of their own: any may go without the others. */
  readonly parts: readonly Part[]
  stop(): Promise<void>
}

/**
 * Starts everything and answers when both data planes serve. On failure stops what it had started. `stops` lets the caller
 * break a start off.
 */
export const startPlatform = async (
  settings: LocalSettings,
  stops: Stops = stopsOf(),
): Promise<Platform> => {
  await checkPorts(settings)
  const home = openHome(settings.home)
  stops.add(lockHome(home.folder))
  try {
    return await startAll(settings, home, stops)
  } catch (error) {
    await stops.all()
    throw error
  }
}

const startAll = async (settings: LocalSettings, home: Home, stops: Stops): Promise<Platform> => {
  const { ports } = settings
  const url = `http://127.0.0.1:${ports.control}`
  const first = !isSetUp(home)
  const began = Date.now()

  const upstream = await startUpstream(ports.upstream)
  stops.add(() => {
    upstream.close()
    upstream.closeAllConnections()
  })

  const [edge] = await Promise.all([
    startEdge({
      home,
      port: ports.edge,
      controlPlane: url,
      registrationToken: home.read('edge-registration-token'),
    }).then((side) => {
      stops.add(side.stop)
      return side
    }),
    buildConsole(),
  ])

  const control = await startControlPlane(home, settings, edge, stops)

  if (first) await setUp(home, url)
  await importDemo(home, settings, url)
  if (home.read('edge-registration-token') === undefined) {
    await edge.register(await registrationToken(home, url, 'edge'))
  }
  const node = startNodeRuntime(home, settings, url, await registrationToken(home, url, 'node'))
  stops.add(node.stop)
  const log = home.path('logs', 'node-data-plane.log')
  await whenUp(node, log, () => areInStep(home, url, began))
  return { home, first, parts: [control, node], stop: stops.all }
}

const startControlPlane = async (
  home: Home,
  settings: LocalSettings,
  edge: EdgeSide,
  stops: Stops,
): Promise<Part> => {
  const log = home.path('logs', 'control-plane.log')
  home.write('dataset-url', edge.datasetUrl)
  const part = startPart({
    name: 'control plane',
    script: inProject('workers/local/control-plane.ts'),
    env: environmentOf(settings),
    channel: true,
    log,
  })
  stops.add(part.stop)
  let ready = false
  part.process.once('message', () => {
    ready = true
  })
  await whenUp(part, log, async () => ready)
  return part
}

/**
 * Whether both data planes of this start serve what the group published last, as the control plane knows it. A probe through
 * them would count as traffic.
 */
const areInStep = async (home: Home, url: string, began: number): Promise<boolean> => {
  const { body } = await api(url, home.read('admin-token') ?? '').call(
    'GET',
    '/v2/runtime-groups/default/nodes',
  )
  const inStep = Nodes.parse(body).data.filter(
    ({ in_sync, started_at }) => in_sync && Date.parse(started_at ?? '') >= began,
  )
  return ['worker', 'node'].every((kind) => inStep.some(({ host }) => host === kind))
}

const Nodes = z.object({
  data: z.array(
    z.object({ host: z.string(), in_sync: z.boolean(), started_at: z.string().nullable() }),
  ),
})
