import { byteString } from '#model/path'
import type { Candidate, HeaderMatcher, HostMatcher, PathMatcher } from './candidate.ts'
import type { RouterRequest } from './request.ts'

/** The part of the path that matched, and the groups of its regular expression. */
export interface PathFit {
  matched: string
  captures: Record<string, string> | undefined
}

export const methodFits = ({ methods }: Candidate, { method }: RouterRequest): boolean =>
  methods === undefined || methods.has(method)

/** Whether the host is one that the matcher takes. A matcher without port takes every port. */
export const hostFits = (matcher: HostMatcher, { host, host_port }: RouterRequest): boolean => {
  if (matcher.port !== undefined && matcher.port !== host_port) return false
  return nameFits(matcher, host)
}

/** Names of the handshake only count where there was one: on plain http every route with names fits. */
export const sniFits = ({ snis }: Candidate, { scheme, sni }: RouterRequest): boolean => {
  if (snis.length === 0 || scheme !== 'https') return true
  if (sni === undefined) return false
  for (const matcher of snis) if (nameFits(matcher, sni)) return true
  return false
}

/** Every header of the route needs a line of the request that fits it. */
export const headersFit = ({ headers }: Candidate, request: RouterRequest): boolean => {
  for (const matcher of headers) if (!headerFits(matcher, request)) return false
  return true
}

/** The lines that a header matcher looks at: those spelt with `_`, else those of the usual spelling. */
export const headerKey = (
  { spelt, key }: { spelt: string; key: string },
  { headers }: RouterRequest,
): string => (spelt !== key && headers.has(spelt) ? spelt : key)

/**
 * What of the path fits, or nothing. Regular expressions see the characters that the bytes spell, `text`; where they
 * spell none, no expression fits.
 */
export const pathFits = (
  matcher: PathMatcher,
  path: string,
  text: string | undefined,
): PathFit | undefined => {
  if (matcher.kind === 'prefix') {
    return path.startsWith(matcher.text)
      ? { matched: matcher.text, captures: undefined }
      : undefined
  }
  const found = text === undefined ? undefined : matcher.pattern.search(text)
  if (!found) return undefined
  return { matched: byteString(found.groups[0] ?? ''), captures: capturesOf(found) }
}

const nameFits = (
  { kind, text }: { kind: 'plain' | 'ends' | 'starts'; text: string },
  name: string,
): boolean => {
  if (kind === 'plain') return name === text
  return kind === 'ends' ? name.endsWith(text) : name.startsWith(text)
}

const headerFits = (matcher: HeaderMatcher, request: RouterRequest): boolean => {
  const { keys, values } = request.headers
  const key = headerKey(matcher, request)
  for (let at = keys.indexOf(key); at >= 0; at = keys.indexOf(key, at + 1)) {
    const value = (values[at] as string).toLowerCase()
    if (matcher.values.has(value)) return true
    for (const pattern of matcher.patterns) if (pattern.test(value)) return true
  }
  return false
}

const capturesOf = ({
  groups,
  named,
}: {
  groups: readonly (string | undefined)[]
  named: Record<string, string> | undefined
}): Record<string, string> | undefined => {
  if (groups.length <= 1) return undefined
  const captures: Record<string, string> = {}
  for (let at = 1; at < groups.length; at++) {
    const value = groups[at]
    if (value !== undefined) captures[at] = value
  }
  return named ? Object.assign(captures, named) : captures
}
