import { byteString } from '#model/path'
import { uuidv5 } from '#model/uuid'
import type { ConfiguredRoute } from '../configuration.ts'
import { compilePattern, type Pattern, PatternError } from '../pattern.ts'
import { type Priority, priorityOf } from './priority.ts'

/** Namespace of the ids that routes get when they are split by their paths. Kong's, since ids settle ties. */
const SPLIT_NAMESPACE = '7f145bf9-0dce-4f91-98eb-debbce4b9f6b'

/** A host that a route matches: the text to compare, and the port that it is limited to. */
export interface HostMatcher {
  kind: 'plain' | 'ends' | 'starts'
  text: string
  port: number | undefined
}

/** A path that a route matches. */
export type PathMatcher =
  | { kind: 'prefix'; text: string }
  | { kind: 'regex'; pattern: Pattern; literal: string }

/** A header that a route matches: any of the values, or any of the patterns, in lower case. */
export interface HeaderMatcher {
  /** The name as the expression language spells it, with `_` for `-`; such a header is looked at first. */
  spelt: string
  key: string
  values: ReadonlySet<string>
  patterns: readonly Pattern[]
}

/** A server name that a route matches. */
export interface SniMatcher {
  kind: 'plain' | 'ends' | 'starts'
  text: string
}

/**
 * What competes in the router: a route, or one of the parts that a route with several paths is split into (one for all
 * its regular expressions, one for each length of prefix), each with a priority of its own.
 */
export interface Candidate {
  readonly route: ConfiguredRoute
  readonly priority: Priority
  readonly methods: ReadonlySet<string> | undefined
  readonly hosts: readonly HostMatcher[]
  readonly paths: readonly PathMatcher[]
  readonly headers: readonly HeaderMatcher[]
  readonly snis: readonly SniMatcher[]
  /** What settles ties: the larger goes first. */
  tieId(): string
}

/** A route that cannot be compiled, and why. */
export class RouteError extends Error {
  readonly route: string
  constructor(route: string, why: string) {
    super(why)
    this.name = 'RouteError'
    this.route = route
  }
}

/** The candidates of a route; none for routes of streams. Throws RouteError for a regular expression that is none. */
export const candidatesOf = (route: ConfiguredRoute): Candidate[] => {
  const { entity } = route
  if (!entity.protocols.some((protocol) => HTTP_PROTOCOLS.has(protocol))) return []
  try {
    const shared = {
      route,
      methods: filled(entity.methods) ? new Set(entity.methods) : undefined,
      hosts: (entity.hosts ?? []).map(hostMatcher),
      headers: Object.entries(entity.headers ?? {}).map(headerMatcher),
      snis: (entity.snis ?? []).map(sniMatcher),
    }
    const groups = groupsOf(entity.paths ?? [])
    return groups.map((paths, at) => {
      const matchers = paths.map(pathMatcher)
      let tieId = groups.length === 1 ? entity.id : undefined
      return {
        ...shared,
        paths: matchers,
        priority: priorityOf(entity, matchers[0]),
        tieId: () => {
          tieId ??= uuidv5(SPLIT_NAMESPACE, `${entity.id}#${at + 1}`)
          return tieId
        },
      }
    })
  } catch (error) {
    if (error instanceof PatternError) throw new RouteError(entity.id, error.message)
    throw error
  }
}

const HTTP_PROTOCOLS = new Set<string>(['http', 'https', 'grpc', 'grpcs'])

/** Paths that share a priority, in the order in which the route lists the first of each. */
const groupsOf = (paths: readonly string[]): string[][] => {
  const groups = new Map<number, string[]>()
  for (const path of paths) {
    const group = path.startsWith('~') ? REGEXES : byteString(path).length
    const members = groups.get(group)
    if (members) members.push(path)
    else groups.set(group, [path])
  }
  return groups.size > 0 ? [...groups.values()] : [[]]
}

const REGEXES = -1

const filled = (list: readonly unknown[] | null): boolean => list !== null && list.length > 0

const hostMatcher = (host: string): HostMatcher => {
  const [, name = host, digits] = /^(.*?)(?::(\d+))?$/.exec(host) ?? []
  return { ...wildcard(byteString(name)), port: digits === undefined ? undefined : Number(digits) }
}

const sniMatcher = (sni: string): SniMatcher => wildcard(sni)

const wildcard = (name: string): { kind: 'plain' | 'ends' | 'starts'; text: string } => {
  if (name.startsWith('*')) return { kind: 'ends', text: name.slice(1) }
  if (name.endsWith('*')) return { kind: 'starts', text: name.slice(0, -1) }
  return { kind: 'plain', text: name }
}

const headerMatcher = ([name, sent]: [string, string[]]): HeaderMatcher => {
  const key = name.toLowerCase()
  const spelt = key.replaceAll('-', '_')
  const values = new Set<string>()
  const patterns: Pattern[] = []
  for (const value of sent) {
    if (value.startsWith('~*')) patterns.push(compilePattern(value.slice(2)))
    else values.add(byteString(value).toLowerCase())
  }
  return { spelt, key: spelt.replaceAll('_', '-'), values, patterns }
}

const pathMatcher = (path: string): PathMatcher => {
  if (!path.startsWith('~')) return { kind: 'prefix', text: byteString(path) }
  const source = path.slice(1)
  return { kind: 'regex', pattern: compilePattern(`^${source}`), literal: literalOf(source) }
}

/**
 * Text that every path which the expression matches begins with. Short of the whole truth where that is hard to read:
 * it stops at the first character that means anything, and is empty when an alternative could begin otherwise.
 */
export const literalOf = (source: string): string => {
  if (hasAlternatives(source)) return ''
  const plain = /^(?:[^\\^$.*+?()[\]{}|]|\\[!-/:-@[-`{-~])*/.exec(source)?.[0] ?? ''
  const optional = /^[*?{]/.test(source.slice(plain.length))
  const kept = optional ? plain.replace(/\\?.$/su, '') : plain
  return byteString(kept.replace(/\\(.)/gs, '$1'))
}

/** Whether there may be a `|` outside of groups. */
const hasAlternatives = (source: string): boolean => {
  let depth = 0
  for (let at = 0; at < source.length; at++) {
    const character = source[at]
    if (character === '\\') {
      // quoted runs would have to be read to know what is in a group
      if (source[++at] === 'Q') return true
    } else if (character === '[') {
      const end = /^\[\^?\]?(?:[^\]\\]|\\.)*\]/s.exec(source.slice(at))
      if (!end) return true
      at += end[0].length - 1
    } else if (character === '(') depth++
    else if (character === ')') depth--
    else if (character === '|' && depth <= 0) return true
  }
  return false
}
