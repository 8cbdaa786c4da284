import type { ConfiguredRoute } from '#engine/configuration'
import { HeaderList } from '#engine/headers'
import type { RouterRequest } from '#engine/router/request'
import { normalizePath } from '#model/path'
import { Route } from '#model/route'
import { Service } from '#model/service'
import { uuidv5 } from '#model/uuid'

/** The parts of a declarative file that a router sees. */
export interface DeclaredConfig {
  services?: (Record<string, unknown> & { name?: string; routes?: Record<string, unknown>[] })[]
  routes?: Record<string, unknown>[]
}

export interface VectorRequest {
  method?: string
  path?: string
  host?: string
  headers?: Record<string, string | string[]>
  scheme?: 'http' | 'https'
  sni?: string
}

const NAMESPACE = '2a2d5bb9-bb5f-4c1e-9f34-7b8bb3ac7a6e'

/** The routes of a declarative file as the engine holds them; those of disabled services are left out. */
export const configuredRoutes = (config: DeclaredConfig): ConfiguredRoute[] => {
  const routes = (config.routes ?? []).map((route) => configuredRoute(route, undefined))
  for (const { routes: nested = [], ...declared } of config.services ?? []) {
    const service = serviceOf(declared)
    if (service.enabled) {
      routes.push(...nested.map((route) => configuredRoute(route, service)))
    }
  }
  return routes
}

export const configuredRoute = (
  declared: Record<string, unknown>,
  service: Service | undefined,
): ConfiguredRoute => {
  const parsed = Route.parse(declared)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.fields))
  const id = parsed.row.id ?? uuidv5(NAMESPACE, JSON.stringify(declared))
  return {
    entity: { ...parsed.row, id, created_at: 0, updated_at: 0 },
    service: service && {
      entity: service,
      upstream: undefined,
      tls: undefined,
      authority: service.host,
    },
  }
}

/** What the router is asked for a request of the vectors, sent to listeners that stand for ports 80 and 443. */
export const routerRequest = (request: VectorRequest): RouterRequest => {
  const scheme = request.scheme ?? 'http'
  const authority = request.host ?? 'gw.test'
  const [, host = authority, digits] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? []
  const headers = HeaderList.from([['Host', authority]])
  for (const [name, values] of Object.entries(request.headers ?? {})) {
    for (const value of [values].flat()) headers.append(name, value)
  }
  return {
    method: request.method ?? 'GET',
    scheme,
    host,
    host_port: digits === undefined ? (scheme === 'https' ? 443 : 80) : Number(digits),
    normal_path: normalizePath((request.path ?? '/').split('?')[0] as string),
    headers,
    sni: request.sni,
  }
}

const serviceOf = (declared: Record<string, unknown>): Service => {
  const { url, ...rest } = declared
  const fields = typeof url === 'string' ? { ...fromUrl(url), ...rest } : rest
  const parsed = Service.parse(fields)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.fields))
  const id = parsed.row.id ?? uuidv5(NAMESPACE, JSON.stringify(declared))
  return { ...parsed.row, id, created_at: 0, updated_at: 0 }
}

const fromUrl = (url: string) => {
  const { protocol, hostname, port, pathname } = new URL(url)
  const secure = protocol === 'https:'
  return {
    protocol: secure ? 'https' : 'http',
    host: hostname,
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    path: pathname === '/' && !url.endsWith('/') ? null : pathname,
  }
}
