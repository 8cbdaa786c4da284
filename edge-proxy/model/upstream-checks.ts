import { readHostName } from './host-name.ts'
import { headerName } from './types.ts'
import type { Fields } from './violation.ts'

const fieldOf: Record<string, [string, string]> = {
  header: ['hash_on_header', 'hash_fallback_header'],
  cookie: ['hash_on_cookie', 'hash_on_cookie'],
  query_arg: ['hash_on_query_arg', 'hash_fallback_query_arg'],
  uri_capture: ['hash_on_uri_capture', 'hash_fallback_uri_capture'],
}
/** What may be hashed instead of an input that has no name of its own, in Kong's order. */
const otherInputs: Record<string, string> = {
  consumer: 'none, ip, header, cookie, path, query_arg, uri_capture',
  ip: 'none, consumer, header, cookie, path, query_arg, uri_capture',
  path: 'none, consumer, header, cookie, query_arg, ip, uri_capture',
}
const named = ['header', 'query_arg', 'uri_capture']

/** The rules between the hash fields of an upstream: each input needs its name, and the fallback must differ. */
export const checkHashing = (upstream: Record<string, unknown>): Fields | undefined => {
  const on = upstream.hash_on as string
  const fallback = upstream.hash_fallback as string
  for (const [input, place, field] of [
    [on, 0, 'hash_on'],
    [fallback, 1, 'hash_fallback'],
  ] as const) {
    const needed = fieldOf[input]?.[place]
    if (needed && (upstream[needed] === null || upstream[needed] === undefined)) {
      return { [needed]: 'required field missing', '@entity': [conditional(field)] }
    }
  }
  if (fallback !== 'none' && (on === 'none' || on === 'cookie')) {
    return { hash_fallback: 'expected one of: none', '@entity': [conditional('hash_on')] }
  }
  const others = fallback === on ? otherInputs[on] : undefined
  if (others) {
    return {
      hash_fallback: `expected one of: ${others}`,
      '@entity': [conditional('hash_on')],
    }
  }
  for (const input of named) {
    const [first, second] = fieldOf[input] ?? ['', '']
    const value = upstream[first]
    if (value !== null && value !== undefined && value === upstream[second]) {
      return { '@entity': [`values of these fields must be distinct: '${first}', '${second}'`] }
    }
  }
  return undefined
}

const conditional = (field: string) =>
  `failed conditional validation given value of field '${field}'`

/** Hashing needs an algorithm that hashes: the default is another then. */
export const hashingDefaults = (sent: Record<string, unknown>): Record<string, unknown> => {
  const { hash_on, algorithm } = sent
  const hashes = typeof hash_on === 'string' && hash_on !== 'none'
  return hashes && algorithm === undefined ? { ...sent, algorithm: 'consistent-hashing' } : sent
}

/** A header to hash whose name is none also breaks the rule that there must be one. */
export const checkHashHeaders = (sent: Record<string, unknown>): Fields | undefined => {
  const problems = [
    ['hash_on', 'hash_on_header'],
    ['hash_fallback', 'hash_fallback_header'],
  ].flatMap(([input = '', field = '']) => {
    const value = sent[field]
    const bad = typeof value === 'string' && !headerName.safeParse(value).success
    return sent[input] === 'header' && bad ? [conditional(input)] : []
  })
  return problems.length > 0 ? { '@entity': problems } : undefined
}

/** Why an upstream cannot have this name: services would not find it by such a host. */
export const upstreamNameProblem = (value: string): string | undefined => {
  const read = readHostName(value)
  if (typeof read === 'string') return `Invalid name ('${value}'); must be a valid hostname`
  if (read.kind !== 'name') return `Invalid name ('${value}'); no ip addresses allowed`
  return read.port === undefined ? undefined : `Invalid name ('${value}'); no port allowed`
}
