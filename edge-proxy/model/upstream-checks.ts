import type { Fields } from './violation.ts'

const fieldOf: Record<string, [string, string]> = {
  header: ['hash_on_header', 'hash_fallback_header'],
  cookie: ['hash_on_cookie', 'hash_on_cookie'],
  query_arg: ['hash_on_query_arg', 'hash_fallback_query_arg'],
  uri_capture: ['hash_on_uri_capture', 'hash_fallback_uri_capture'],
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
  if (fallback !== 'none' && fallback === on && !named.includes(on)) {
    const allowed = [
      'none',
      'consumer',
      'ip',
      'header',
      'cookie',
      'path',
      'query_arg',
      'uri_capture',
    ].filter((input) => input !== on)
    return {
      hash_fallback: `expected one of: ${allowed.join(', ')}`,
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
