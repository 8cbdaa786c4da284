import type * as z from 'zod'
import { compileLinear } from './linear-regex.ts'
import { byteString, normalizePath, textOf } from './path.ts'
import { badEscape } from './types.ts'
import type { Fields } from './violation.ts'

/** A route path: plain ones are prefixes in normal form, `~/` ones are regular expressions. Kong's texts. */
export const checkPath = (context: z.core.ParsePayload<string>) => {
  const path = context.value
  const fail = (message: string) => {
    context.issues.push({ code: 'custom', message, input: path })
  }
  if (!path.startsWith('/') && !path.startsWith('~/')) {
    return fail('should start with: / (fixed path) or ~/ (regex path)')
  }
  if (path.includes('//')) return fail('must not have empty segments')
  if (path.startsWith('~')) {
    const why = regexProblem(path.slice(1))
    if (why) fail(`invalid regex: '${path.slice(1)}' (${why})`)
    return
  }
  const bad = badEscape(path)
  if (bad !== undefined) return fail(`invalid url-encoded value: '${bad}'`)
  const bytes = byteString(path)
  const normal = normalizePath(bytes)
  if (normal !== bytes)
    fail(`non-normalized path, consider use '${textOf(normal) ?? normal}' instead`)
}

/** Why a regular expression cannot be used, or nothing. Only linear-time expressions are accepted. */
export const regexProblem = (source: string): string | undefined => {
  try {
    compileLinear(source)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Protocols that one route can serve together. */
const families = [['http', 'https'], ['tcp', 'tls', 'udp'], ['tls_passthrough'], ['grpc', 'grpcs']]

/** The first protocol that there is none of, or that others exclude: told before types are, of the field as a whole. */
export const checkProtocols = ({ protocols }: Record<string, unknown>): Fields | undefined => {
  if (!Array.isArray(protocols)) return undefined
  const found = new Set<string[]>()
  for (const protocol of protocols) {
    const family = families.find((members) => members.includes(protocol))
    if (family) found.add(family)
    else if (typeof protocol === 'string') return { protocols: `unknown type: ${protocol}` }
  }
  if (found.size < 2) return undefined
  const sets = [...found].map((members) => `(${members.map(quoted).join(', ')})`).join(', ')
  return { protocols: `these sets are mutually exclusive: ${sets}` }
}

/** gRPC cannot strip paths, so its routes do not unless that is asked for. */
export const routeDefaults = (sent: Record<string, unknown>): Record<string, unknown> => {
  const { protocols } = sent
  const isGrpc =
    Array.isArray(protocols) && protocols.some((protocol) => GRPC.includes(protocol as string))
  return isGrpc && sent.strip_path === undefined ? { ...sent, strip_path: false } : sent
}

const GRPC = ['grpc', 'grpcs']
const STREAMS = ['tcp', 'tls', 'udp']
const NO_PATHS = "'tcp', 'tls', 'tls_passthrough' or 'udp'"

/** What a route of some protocols cannot have, with how Kong names those protocols. */
const forbidden = (protocols: string[]): [fields: string[], named: string] => {
  if (protocols.includes('http') || protocols.includes('https')) {
    return [['sources', 'destinations'], "'http' or 'https'"]
  }
  if (protocols.some((protocol) => GRPC.includes(protocol))) {
    return [['strip_path', 'methods', 'sources', 'destinations'], "'grpc' or 'grpcs'"]
  }
  return [['methods', 'hosts', 'headers', 'paths'], NO_PATHS]
}

/** What a route of some protocols needs one of, with how Kong names those protocols. */
const needed = (protocols: string[]): [fields: string[], named: string] => {
  if (protocols.includes('https')) {
    return [['methods', 'hosts', 'headers', 'paths', 'snis'], "'https'"]
  }
  if (protocols.includes('http')) return [['methods', 'hosts', 'headers', 'paths'], "'http'"]
  if (protocols.includes('grpcs')) return [['hosts', 'headers', 'paths', 'snis'], "'grpcs'"]
  if (protocols.includes('grpc')) return [['hosts', 'headers', 'paths'], "'grpc'"]
  if (protocols.some((protocol) => STREAMS.includes(protocol))) {
    return [['sources', 'destinations', 'snis'], "'tcp', 'tls' or 'udp'"]
  }
  return [['snis'], "'tls_passthrough'"]
}

/** The rules between a route's fields: only the matchers that its protocols can use, and at least one of them. */
export const checkRoute = (route: Record<string, unknown>): Fields | undefined => {
  const protocols = route.protocols as string[]
  const fields: Fields = {}
  const [never, whose] = forbidden(protocols)
  for (const field of never) {
    if (filled(route[field])) fields[field] = `cannot set '${field}' when 'protocols' is ${whose}`
  }
  const problems: string[] = []
  const secure = protocols.some((protocol) => SECURE.includes(protocol))
  if (filled(route.snis) && !secure) {
    fields.snis = 'length must be 0'
    problems.push(
      "'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'",
    )
  }
  const [some, named] = needed(protocols)
  if (!some.some((field) => filled(route[field]))) {
    const list = some.length > 1 ? `one of ${some.map(quoted).join(', ')}` : some.join()
    problems.push(`must set ${list} when 'protocols' is ${named}`)
  }
  for (const values of Object.values((route.headers ?? {}) as Record<string, string[]>)) {
    // Kong takes a value for a regular expression only where it is the header's only one.
    const [only = ''] = values.length === 1 ? values : []
    const why = only.startsWith('~*') && regexProblem(only.slice(2))
    if (why) problems.push(`Router Expression failed validation: invalid regex '${only}' (${why})`)
  }
  if (problems.length > 0) fields['@entity'] = problems
  return Object.keys(fields).length > 0 ? fields : undefined
}

const SECURE = ['grpcs', 'https', 'tls', 'tls_passthrough']

const quoted = (name: string): string => `'${name}'`

const filled = (value: unknown): boolean =>
  value === true ||
  (Array.isArray(value)
    ? value.length > 0
    : typeof value === 'object' && value !== null && Object.keys(value).length > 0)
