import type { ConfiguredRoute } from '#engine/configuration'
import type { HostMatcher } from '#engine/router/candidate'
import type { Placement } from '#engine/router/placement'
import type { RouterRequest } from '#engine/router/request'
import { placementsOf } from '#engine/router/router'
import { textOf } from '#model/path'

/** What a linear scan in order of priority finds: the plain meaning of the rules, without any index. */
export const scan = (routes: ConfiguredRoute[], request: RouterRequest) => {
  for (const placement of placementsOf(routes)) {
    const matched = matchedBy(placement, request)
    if (matched !== undefined) return { route: placement.candidate.route, matched }
  }
  return undefined
}

const matchedBy = (
  { candidate, host, path }: Placement,
  request: RouterRequest,
): string | undefined => {
  const { entity } = candidate.route
  if (entity.methods?.length && !entity.methods.includes(request.method)) return undefined
  if (host && !takesHost(host, request)) return undefined
  if (entity.snis?.length && request.scheme === 'https') {
    if (!entity.snis.some((sni) => takesName(sni, request.sni))) return undefined
  }
  for (const [name, values] of Object.entries(entity.headers ?? {})) {
    const lines = request.headers.getAll(name.toLowerCase()).map((line) => line.toLowerCase())
    const fits = values.some((value) =>
      lines.some((line) =>
        value.startsWith('~*')
          ? new RegExp(value.slice(2)).test(line)
          : value.toLowerCase() === line,
      ),
    )
    if (!fits) return undefined
  }
  if (path === undefined) return ''
  if (path.kind === 'prefix') {
    return request.normal_path.startsWith(path.text) ? path.text : undefined
  }
  return new RegExp(path.pattern.source).exec(textOf(request.normal_path) ?? '')?.[0]
}

const takesHost = ({ kind, text, port }: HostMatcher, request: RouterRequest): boolean => {
  if (port !== undefined && port !== request.host_port) return false
  if (kind === 'plain') return request.host === text
  return kind === 'ends' ? request.host.endsWith(text) : request.host.startsWith(text)
}

const takesName = (wanted: string, name: string | undefined): boolean => {
  if (name === undefined) return false
  if (wanted.startsWith('*')) return name.endsWith(wanted.slice(1))
  if (wanted.endsWith('*')) return name.startsWith(wanted.slice(0, -1))
  return name === wanted
}
