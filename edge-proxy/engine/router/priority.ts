import type { Route } from '#model/route'

/** An unsigned number of 64 bits, in two halves: sorting numbers is cheaper than sorting big integers. */
export interface Priority {
  high: number
  low: number
}

const PLAIN_HOSTS = 1n << 60n
const REGEX_PATH = 1n << 51n
const NEGATIVE = 1n << 63n
const LENGTH = 0x7ffff
const MOST_HEADERS = 255

/**
 * Priority of a candidate with such a path, as Kong's `traditional_compatible` flavour computes it: attributes, headers,
 * regex_priority and length share 32 bits, shifts wrap in them, and a negative part becomes the top bit alone.
 * Odd but exact: routes are chosen by it.
 */
export const priorityOf = (
  route: Pick<Route, 'methods' | 'hosts' | 'headers' | 'paths' | 'snis' | 'regex_priority'>,
  path: { kind: 'prefix'; text: string } | { kind: 'regex' } | undefined,
): Priority => {
  const headers = Object.keys(route.headers ?? {}).length
  const lists = [route.methods, route.hosts, route.paths, route.snis]
  const used = lists.filter((list) => list && list.length > 0).length + (headers > 0 ? 1 : 0)
  const regex = path?.kind === 'regex'
  const hosts = route.hosts ?? []
  const plainHosts = hosts.length > 0 && hosts.every((host) => !host.includes('*'))

  const weight = used << 29
  const headerCount = Math.min(headers, MOST_HEADERS) << 20
  const regexPriority = (regex ? (route.regex_priority ?? 0) : 0) << 19
  const length = path?.kind === 'prefix' ? path.text.length & LENGTH : 0
  if (!plainHosts && !regex) return split(unsigned(weight | headerCount | regexPriority | length))
  return split(
    (plainHosts ? PLAIN_HOSTS : 0n) |
      (regex ? REGEX_PATH : 0n) |
      unsigned(weight) |
      unsigned(headerCount) |
      unsigned(regexPriority) |
      unsigned(length),
  )
}

/** Which of two goes first: negative for the first, as sorting wants it. */
export const comparePriorities = (a: Priority, b: Priority): number =>
  b.high - a.high || b.low - a.low

const unsigned = (value: number): bigint => (value >= 0 ? BigInt(value) : NEGATIVE)

const split = (value: bigint): Priority => ({
  high: Number(value >> 32n),
  low: Number(value & 0xffffffffn),
})
