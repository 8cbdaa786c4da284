import type { ConfiguredRoute } from '#engine/configuration'
import { HeaderList } from '#engine/headers'
import type { RouterRequest } from '#engine/router/request'
import { buildRouter } from '#engine/router/router'
import { Route } from '#model/route'

export interface RouterFigures {
  routes: number
  lookups_per_second: number
  build_ms: number
}

const SIZES = [10, 1_000, 10_000, 100_000]
const LOOKUPS = 200_000
const HOSTS = 200
const REQUESTS = 5_000
/** Prime, so that requests are spread over all routes and sorts. */
const STRIDE = 7_919

/** Look-ups per second and time to build, by number of routes: hosts, wildcards, prefixes, expressions, methods, headers. */
export const benchRouter = (sizes: number[] = SIZES): RouterFigures[] => {
  measure(200)
  return sizes.map(measure)
}

const measure = (size: number): RouterFigures => {
  const routes = Array.from({ length: size }, (_, at) => routeAt(at))
  const requests = Array.from({ length: Math.min(size, REQUESTS) }, (_, at) =>
    requestAt((at * STRIDE) % size),
  )
  const building = performance.now()
  const router = buildRouter(routes)
  const build_ms = performance.now() - building

  let found = 0
  const started = performance.now()
  for (let at = 0; at < LOOKUPS; at++) {
    if (router.match(requests[at % requests.length] as RouterRequest)) found++
  }
  const seconds = (performance.now() - started) / 1_000
  if (found !== LOOKUPS) throw new Error(`${LOOKUPS - found} of ${LOOKUPS} look-ups found no route`)
  return { routes: size, lookups_per_second: Math.round(LOOKUPS / seconds), build_ms }
}

/** Five sorts of routes in turn, spread over hosts: what a grown configuration looks like. */
const routeAt = (at: number): ConfiguredRoute => {
  const host = `h${at % HOSTS}.example.com`
  const sorts = [
    { hosts: [host], paths: [`/v1/resource-${at}`] },
    { hosts: [host], paths: [`~/v2/resource-${at}/(?<id>[^/]+)/items/\\d+$`] },
    { hosts: [`*.t${at}.test`], paths: ['/', '/api'] },
    { paths: [`/open/resource-${at}/`], methods: ['GET', 'POST'] },
    { paths: ['/tenants'], headers: { 'x-tenant': [`t${at}`] } },
  ]
  const parsed = Route.parse(sorts[at % sorts.length])
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.fields))
  const id = `00000000-0000-4000-8000-${at.toString(16).padStart(12, '0')}`
  return { entity: { ...parsed.row, id, created_at: 0, updated_at: 0 }, service: undefined }
}

const requestAt = (at: number): RouterRequest => {
  const plain = `h${at % HOSTS}.example.com`
  const sorts: [host: string, path: string][] = [
    [plain, `/v1/resource-${at}/12`],
    [plain, `/v2/resource-${at}/abc/items/7`],
    [`www.t${at}.test`, '/api/users/12'],
    ['any.example.org', `/open/resource-${at}/a/b`],
    ['any.example.org', '/tenants/users'],
  ]
  const [host, normal_path] = sorts[at % sorts.length] ?? [plain, '/']
  return {
    method: 'GET',
    scheme: 'http',
    host,
    host_port: 80,
    normal_path,
    headers: HeaderList.from([
      ['Host', host],
      ['User-Agent', 'bench'],
      ['Accept', '*/*'],
      ['X-Tenant', `t${at}`],
    ]),
    sni: undefined,
  }
}

if (import.meta.main) {
  for (const { routes, lookups_per_second, build_ms } of benchRouter()) {
    console.log(
      `${String(routes).padStart(7)} routes  ${String(lookups_per_second).padStart(9)} look-ups/s  built in ${build_ms.toFixed(1)} ms`,
    )
  }
}
