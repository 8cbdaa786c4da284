import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'

/**
 * Addresses of a host name. Answers at once when they are known. Rejects when there are none. An address may name its
 * port (`10.0.0.1:8080`, `[::1]:8080`), which then goes before the port of the call.
 */
export type Resolve = (host: string, port: number) => readonly string[] | Promise<readonly string[]>

/** The parts of an address that Resolve answered. `port`: for one that names none. */
export const addressParts = (address: string, port: number): { ip: string; port: number } => {
  const colon = address.lastIndexOf(':')
  if (colon < 0) return { ip: address, port }
  const ip = address.slice(0, colon)
  if (ip.endsWith(']')) return { ip: ip.slice(1, -1), port: Number(address.slice(colon + 1)) }
  return ip.includes(':') ? { ip: address, port } : { ip, port: Number(address.slice(colon + 1)) }
}

interface Entry {
  addresses: readonly string[]
  /** By the clock given; fresh until then. */
  fresh: number
  refreshing: boolean
}

export interface ResolverOptions {
  /** The question itself; the system's resolver when it is not given. */
  ask?: (host: string) => Promise<readonly string[]>
  /** How long an answer is fresh, and how long one that cannot be renewed is used; milliseconds. */
  ttl?: number
  stale_ttl?: number
  now?: () => number
}

const ENTRIES = 4096

const askSystem = async (host: string): Promise<string[]> =>
  usable(await lookup(host, { all: true, verbatim: true }))

/** IPv4 addresses where there are any, as Kong: many networks give IPv6 addresses and no way to reach them. */
export const usable = (found: readonly LookupAddress[]): string[] => {
  const four = found.filter(({ family }) => family === 4)
  return (four.length > 0 ? four : found).map(({ address }) => address)
}

/**
 * Resolves names with a small cache. A name that is no longer fresh is answered from the cache and renewed meanwhile, so
 * that no request but the first waits for DNS; a name server that is away is survived for `stale_ttl`.
 */
export const createResolver = ({
  ask = askSystem,
  ttl = 5_000,
  stale_ttl = 3_600_000,
  now = Date.now,
}: ResolverOptions = {}): Resolve => {
  const entries = new Map<string, Entry>()
  const asking = new Map<string, Promise<readonly string[]>>()

  const renew = (host: string): Promise<readonly string[]> => {
    const running = asking.get(host)
    if (running) return running
    const question = ask(host)
      .then((addresses) => {
        if (addresses.length === 0) throw new Error(`no address for ${host}`)
        if (entries.size >= ENTRIES) entries.clear()
        entries.set(host, { addresses, fresh: now() + ttl, refreshing: false })
        return addresses
      })
      .finally(() => asking.delete(host))
    asking.set(host, question)
    return question
  }

  return (host) => {
    const entry = entries.get(host)
    if (!entry) {
      const literal = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
      if (isIP(literal) === 0) return renew(host)
      const addresses = [literal]
      if (entries.size >= ENTRIES) entries.clear()
      entries.set(host, { addresses, fresh: Number.POSITIVE_INFINITY, refreshing: false })
      return addresses
    }
    const { fresh } = entry
    if (fresh === Number.POSITIVE_INFINITY) return entry.addresses
    const time = now()
    if (time < fresh) return entry.addresses
    if (time > fresh + stale_ttl) return renew(host)
    if (!entry.refreshing) {
      entry.refreshing = true
      renew(host).catch(() => {
        // Try again a second from now; until then the old addresses serve.
        entry.refreshing = false
        entry.fresh = Math.max(entry.fresh, Math.min(now() + 1_000, fresh + stale_ttl))
      })
    }
    return entry.addresses
  }
}
