import type * as z from 'zod'
import { compileLinear } from './linear-regex.ts'
import { byteString, normalizePath, textOf } from './path.ts'
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
  if (path.startsWith('~')) {
    const why = regexProblem(path.slice(1))
    if (why) fail(`invalid regex: '${path.slice(1)}' (${why})`)
    return
  }
  if (path.includes('//')) return fail('must not have empty segments')
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

const kinds: [string[], string[], string[]][] = [
  // protocols of the kind, fields it cannot have, fields of which it needs one
  [
    ['http', 'https'],
    ['sources', 'destinations'],
    ['methods', 'hosts', 'headers', 'paths', 'snis'],
  ],
  [
    ['grpc', 'grpcs'],
    ['sources', 'destinations', 'methods'],
    ['hosts', 'headers', 'paths', 'snis'],
  ],
  [
    ['tcp', 'tls', 'udp'],
    ['methods', 'hosts', 'headers', 'paths'],
    ['sources', 'destinations', 'snis'],
  ],
  [
    ['tls_passthrough'],
    ['methods', 'hosts', 'headers', 'paths', 'sources', 'destinations'],
    ['snis'],
  ],
]

/** The rules between a route's fields: one kind of protocol, and only the matchers that the kind can use. */
export const checkRoute = (route: Record<string, unknown>): Fields | undefined => {
  const protocols = route.protocols as string[]
  const kind = kinds.find(([members]) => protocols.every((protocol) => members.includes(protocol)))
  if (!kind) {
    return {
      protocols:
        "('http', 'https'), ('tcp', 'tls', 'udp'), ('tls_passthrough'), ('grpc', 'grpcs') are mutually exclusive",
    }
  }
  const [members, forbidden, needed] = kind
  const named = members.map((protocol) => `'${protocol}'`).join(' or ')
  for (const field of forbidden) {
    if (filled(route[field])) {
      const message = `cannot set '${field}' when 'protocols' is ${named}`
      return { [field]: message }
    }
  }
  const secure = protocols.some((protocol) =>
    ['grpcs', 'https', 'tls', 'tls_passthrough'].includes(protocol),
  )
  if (filled(route.snis) && !secure) {
    return {
      snis: "'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'",
    }
  }
  const usable = secure ? needed : needed.filter((field) => field !== 'snis')
  if (!usable.some((field) => filled(route[field]))) {
    const list = usable.map((field) => `'${field}'`).join(', ')
    const which = protocols.map((protocol) => `'${protocol}'`).join(' or ')
    return { '@entity': [`must set one of ${list} when 'protocols' is ${which}`] }
  }
  if (filled(route.headers)) {
    for (const [header, values] of Object.entries(route.headers as Record<string, string[]>)) {
      const bad = values.find((value) => value.startsWith('~*') && regexProblem(value.slice(2)))
      if (bad) return { headers: { [header]: `invalid regex: '${bad}'` } }
    }
  }
  return undefined
}

const filled = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0
    : typeof value === 'object' && value !== null && Object.keys(value).length > 0
