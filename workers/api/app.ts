import { Hono, type Context as HonoContext } from 'hono'
import type { Env } from '../env.ts'
import { type Authenticate, refuseForgery } from './auth.ts'
import { type Actor, anonymous, contextOf } from './context.ts'
import type { Module, Route } from './module.ts'
import { Problem } from './problem.ts'
import { failureOf, runRoute } from './respond.ts'
import { VERSION } from './version.ts'

export interface AppOptions {
  modules: readonly Module[]
  authenticate: Authenticate
  /** Milliseconds since the epoch. */
  now?: () => number
}

type Bindings = { Bindings: Env; Variables: { request_id: string } }
type Call = HonoContext<Bindings>

/** Paths that belong to the API; everything else is the console's. */
const API = /^\/(v2|admin|runtime)(\/|$)/

/** The control plane's HTTP side: every route of every module, and the console for what no route takes. */
export const createApp = ({
  modules,
  authenticate,
  now = Date.now,
}: AppOptions): Hono<Bindings> => {
  const app = new Hono<Bindings>({ strict: false })

  app.use(async (call, next) => {
    const started = now()
    const id = crypto.randomUUID().replaceAll('-', '')
    call.set('request_id', id)
    await next()
    if (call.res.status === 101) return
    call.header('server', `tidegate/${VERSION}`)
    call.header('x-request-id', id)
    call.header('x-content-type-options', 'nosniff')
    if (call.req.path.startsWith('/admin/')) {
      call.header('x-kong-admin-latency', String(now() - started))
      call.header('x-kong-admin-request-id', id)
    }
  })

  const actorOf = async (call: Call): Promise<Actor> => {
    const actor = await authenticate(call.req.raw, call.env)
    if (!actor) throw new Problem('unauthorized')
    return actor
  }

  const routes = modules.flatMap((module) => module.routes)
  for (const route of routes) {
    app.on(route.method, route.path, async (call) => {
      const request = call.req.raw
      refuseForgery(request)
      const actor = route.public ? anonymous : await actorOf(call)
      const context = contextOf({
        env: call.env,
        actor,
        now,
        waitUntil: (work) => call.executionCtx.waitUntil(work),
      })
      return runRoute(route, context, call.req.param(), request)
    })
  }

  for (const [path, allowed] of methodsByPath(routes)) {
    app.all(path, async (call) => {
      await actorOf(call)
      const answer =
        call.req.method === 'OPTIONS'
          ? new Response(null, { status: 204 })
          : failureOf(new Problem('method_not_allowed'), call.req.path, call.get('request_id'))
      answer.headers.set('allow', allowed.join(', '))
      return answer
    })
  }

  app.notFound(async (call) => {
    try {
      if (!API.test(call.req.path) && ['GET', 'HEAD'].includes(call.req.method)) {
        return await call.env.ASSETS.fetch(call.req.raw)
      }
      await actorOf(call)
      throw new Problem('not_found')
    } catch (error) {
      return failureOf(error, call.req.path, call.get('request_id'))
    }
  })
  app.onError((error, call) => failureOf(error, call.req.path, call.get('request_id')))
  return app
}

/** What each path takes, in the order of the alphabet: HEAD with GET, and OPTIONS always. */
const methodsByPath = (routes: readonly Route[]): Map<string, string[]> => {
  const byPath = new Map<string, Set<string>>()
  for (const { method, path } of routes) {
    const methods = byPath.get(path) ?? new Set(['OPTIONS'])
    methods.add(method)
    if (method === 'GET') methods.add('HEAD')
    byPath.set(path, methods)
  }
  return new Map([...byPath].map(([path, methods]) => [path, [...methods].sort()]))
}
