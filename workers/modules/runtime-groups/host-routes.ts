import * as z from 'zod'
import { limits } from '#hosts/capabilities'
import { plugins } from '#plugins/index'
import { get } from '#workers/api/module'

const Host = z.object({
  host: z.enum(['worker', 'node']),
  plugins: z.array(z.string()).meta({ description: 'Plugins that run there.' }),
  limits: z.array(z.object({ name: z.string(), reason: z.string() })).meta({
    description: 'What it cannot do, or does otherwise, by the name in configuration, and why.',
  }),
})

const hosts = (['worker', 'node'] as const).map((host) => ({
  host,
  plugins: plugins.filter((plugin) => plugin.hosts.includes(host)).map(({ name }) => name),
  limits: [...limits[host]],
}))

/** What tells the two kinds of runtime apart. */
export const hostRoutes = [
  get('/v2/hosts', {
    summary: 'Say what each kind of runtime can and cannot do',
    permission: 'groups:read',
    answer: z.object({ data: z.array(Host) }),
    handle: () => ({ data: hosts }),
  }),
]
