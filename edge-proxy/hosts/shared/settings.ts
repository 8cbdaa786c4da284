import { addressSet } from '#engine/address'
import { defaults, type Settings } from '#engine/settings'

/** Values from outside, by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A value from outside that cannot be used. The message names the variable or flag and says what it takes. */
export class InvalidOption extends Error {
  override name = 'InvalidOption'
}

/** Turns the text of a setting into its value, or throws an Error that says what it takes. */
type Reader<Value> = (text: string) => Value

const flag: Reader<boolean> = (text) => {
  if (/^(on|true)$/i.test(text)) return true
  if (/^(off|false)$/i.test(text)) return false
  throw new Error('takes on or off')
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

const among =
  <const Value extends string>(values: readonly Value[]): Reader<Value> =>
  (text) => {
    const value = values.find((candidate) => candidate.toLowerCase() === text.toLowerCase())
    if (value === undefined) throw new Error(`takes one of: ${values.join(', ')}`)
    return value
  }

const listAmong =
  <const Value extends string>(values: readonly Value[]): Reader<Value[]> =>
  (text) =>
    text.toLowerCase() === 'off' ? [] : list(text).map(among(values))

const ports: Reader<Record<number, number>> = (text) => {
  const map: Record<number, number> = {}
  for (const pair of list(text)) {
    const [seen, own, ...rest] = pair.split(':').map(portNumber)
    if (seen === undefined || own === undefined || rest.length > 0)
      throw new Error('takes pairs of the port that clients see and our own: 80:8000, 443:8443')
    map[own] = seen
  }
  return map
}

const portNumber = (text: string): number => {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65535)
    throw new Error(`takes ports from 1 to 65535, not '${text}'`)
  return port
}

const readers: { [Name in keyof Settings]: Reader<Settings[Name]> } = {
  allow_debug_header: flag,
  trusted_ips(text) {
    const ranges = list(text)
    addressSet(ranges)
    return ranges
  },
  real_ip_header(text) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)) throw new Error('takes the name of a header')
    return text
  },
  real_ip_recursive: flag,
  headers: listAmong([
    'server_tokens',
    'latency_tokens',
    'Server',
    'Via',
    'X-Kong-Request-Id',
    'X-Kong-Proxy-Latency',
    'X-Kong-Response-Latency',
    'X-Kong-Upstream-Latency',
    'X-Kong-Upstream-Status',
  ]),
  headers_upstream: listAmong(['X-Kong-Request-Id']),
  error_default_type: among(['text/plain', 'application/json', 'application/xml', 'text/html']),
  router_flavor: among(['traditional_compatible']),
  port_maps: ports,
}

/**
 * Gateway settings from the environment: `TIDEGATE_` and the name in kong.conf, `TIDEGATE_TRUSTED_IPS`. What is not set
 * keeps its default. Throws InvalidOption naming the variable.
 */
export const settingsFrom = (environment: Environment): Settings => {
  const settings: Settings = { ...defaults }
  const read = <Name extends keyof Settings>(name: Name): void => {
    const variable = `TIDEGATE_${name.toUpperCase()}`
    const text = environment[variable]?.trim()
    if (text === undefined || text === '') return
    try {
      settings[name] = readers[name](text)
    } catch (error) {
      throw new InvalidOption(`${variable}: ${(error as Error).message}`)
    }
  }
  for (const name of Object.keys(readers) as (keyof Settings)[]) read(name)
  return settings
}
