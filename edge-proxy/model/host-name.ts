/** What a host of the configuration turns out to be. `text` has IPv6 addresses spelt out in full, in brackets. */
export interface HostName {
  kind: 'ipv4' | 'ipv6' | 'name'
  text: string
  port: number | undefined
}

/**
 * Reads a host name or address with an optional port, by Kong's rules: names may have underscores and a dot at the end, no
 * label may end in a dash. What it is not is answered as Kong words it, with the value: `invalid hostname: a b`.
 */
export const readHostName = (value: string): HostName | string => {
  const bare = value.startsWith('[') ? bracketed(value) : undefined
  if (bare || value.split(':').length > 2) {
    const { address, port } = bare ?? { address: value, port: undefined }
    const text = expandIpv6(address)
    const number = portOf(port)
    if (text === undefined || number === 'none') return `invalid ipv6: ${value}`
    return number === 'bad' ? BAD_PORT : { kind: 'ipv6', text: `[${text}]`, port: number }
  }
  const [, host = '', port] = /^([^:]*)(?::(.*))?$/s.exec(value) ?? []
  const number = portOf(port)
  if (/^[\d.]+$/.test(host)) {
    if (!isIpv4(host) || number === 'none') return `invalid ipv4: ${value}`
    return number === 'bad' ? BAD_PORT : { kind: 'ipv4', text: host, port: number }
  }
  if (number === 'none' || !isName(host)) return `invalid hostname: ${value}`
  return number === 'bad' ? BAD_PORT : { kind: 'name', text: host, port: number }
}

export const BAD_PORT = 'invalid port number'

/** Why this cannot be the host of a service, without a port; nothing when it can. */
export const hostProblem = (value: string): string | undefined => {
  const read = readHostName(value)
  if (typeof read === 'string') return read === BAD_PORT ? NO_PORT : `invalid value: ${value}`
  return read.port === undefined ? undefined : NO_PORT
}

/** Why this cannot be sent as Host, port allowed; nothing when it can. */
export const hostHeaderProblem = (value: string): string | undefined => {
  const read = readHostName(value)
  return typeof read === 'string' ? read : undefined
}

/**
 * Why this cannot be a host of a route: one wildcard label at either end. A port is allowed, but after a wildcard at the
 * end, which must be the last character.
 */
export const routeHostProblem = (value: string): string | undefined => {
  const stars = value.split('*').length - 1
  if (stars > 1) return 'invalid wildcard: must have at most one wildcard'
  if (stars === 1 && !value.startsWith('*.') && !value.endsWith('.*')) {
    return 'invalid wildcard: must be placed at leftmost or rightmost label'
  }
  const problem = hostHeaderProblem(value.replace('*', 'wildcard'))
  return problem === undefined || problem === BAD_PORT ? problem : `invalid hostname: ${value}`
}

/** Why this cannot be a name of the TLS handshake: a host name, or one with a wildcard label; no address, no port. */
export const serverNameProblem = (value: string): string | undefined => {
  const stars = value.split('*').length - 1
  if (stars > 1) return 'only one wildcard must be specified'
  if (stars === 1 && value !== '*' && !value.startsWith('*.') && !value.endsWith('.*')) {
    return 'wildcard must be leftmost or rightmost character'
  }
  const read = readHostName(stars === 1 ? value.replace('*', 'wildcard') : value)
  if (typeof read === 'string') return read === BAD_PORT ? NO_PORT : `invalid value: ${value}`
  if (read.kind !== 'name') return 'must not be an IP'
  return read.port === undefined ? undefined : NO_PORT
}

/** Why this is neither an address nor a range of them. */
export const rangeProblem = (value: string): string | undefined => {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(value) ?? []
  const most = isIpv4(address) ? 32 : expandIpv6(address) === undefined ? -1 : 128
  return most >= Number(bits ?? 0) ? undefined : `invalid ip or cidr range: '${value}'`
}

const NO_PORT = 'must not have a port'

/** A port that is none at all is another fault than one that is too high. */
const portOf = (port: string | undefined): number | 'bad' | 'none' | undefined => {
  if (port === undefined) return undefined
  if (!/^\d+$/.test(port)) return 'none'
  return Number(port) > 65_535 ? 'bad' : Number(port)
}

const bracketed = (value: string) => {
  const [, address, port] = /^\[([^\]]*)\](?::(.*))?$/s.exec(value) ?? []
  return address === undefined ? { address: '', port: undefined } : { address, port }
}

const isName = (host: string): boolean => {
  if (!/^[0-9a-zA-Z._-]+$/.test(host)) return false
  const labels = host.split('.')
  return labels.every(
    (label, index) =>
      !label.endsWith('-') && (label !== '' || (index > 0 && index === labels.length - 1)),
  )
}

const isIpv4 = (text: string): boolean => {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)
}

/** The eight groups of an address, four digits each, lower case; nothing when it is none. */
const expandIpv6 = (text: string): string | undefined => {
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(':')) return undefined
  const halves = withoutIpv4(text).split('::')
  if (halves.length > 2) return undefined
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail]
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  return groups.map((group) => group.toLowerCase().padStart(4, '0')).join(':')
}

/** The last 32 bits may be written as an IPv4 address (RFC 4291 section 2.2). */
const withoutIpv4 = (text: string): string => {
  const last = text.slice(text.lastIndexOf(':') + 1)
  if (!isIpv4(last)) return text
  const [a = 0, b = 0, c = 0, d = 0] = last.split('.').map(Number)
  return `${text.slice(0, -last.length)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}
