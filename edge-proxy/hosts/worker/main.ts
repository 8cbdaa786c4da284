import { createEdge, type Edge } from './edge.ts'
import type { EdgeEnvironment } from './environment.ts'
import { serve } from './serve.ts'

let edge: Edge | undefined

/** The edge data plane: answers requests from the configuration in memory, and keeps that fresh behind them. */
export default {
  async fetch(request, env) {
    try {
      edge ??= createEdge(env)
      const loading = edge.refresh.ready()
      if (loading) await loading
      edge.refresh.nudge()
      if (edge.gateway.configuration.version === 0) return unavailable()
      return await serve(edge.gateway, request)
    } catch (error) {
      console.error(
        JSON.stringify({
          level: 'error',
          message: `the edge data plane failed: ${error instanceof Error ? error.stack : error}`,
        }),
      )
      return json(500, 'An unexpected error occurred')
    }
  },

  /** Each minute, for a minute: keeps an isolate in step while there is no traffic. */
  async scheduled(_controller, env) {
    edge ??= createEdge(env)
    await edge.refresh.ready()
    await edge.refresh.keep(60_000)
  },
} satisfies ExportedHandler<EdgeEnvironment>

/** Nothing was ever received: not the client's fault, and soon over. */
const unavailable = (): Response =>
  json(503, 'no configuration yet: the control plane could not be reached or has published none', {
    'retry-after': '1',
  })

const json = (status: number, message: string, headers: Record<string, string> = {}): Response =>
  Response.json({ message }, { status, headers })
