import type { Fields } from '#model/violation'
import { Problem } from '../api/problem.ts'

/** The parts of a URL as far as they are there. Lenient on purpose: the fields' own rules judge the parts. */
const URL_PARTS =
  /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:[^/?#@]*@)?(\[[^\]/?#]*\]|[^:/?#]*)(?::([^/?#]*))?)?([^?#]*)/

/**
 * Kong's shorthand `url` of a service: stands for protocol, host, port and path, and wins over them. Answers what was
 * sent without it; throws Problem `invalid` when it is no text.
 */
export const expandUrl = (sent: Record<string, unknown>): Record<string, unknown> => {
  if (!('url' in sent)) return sent
  const { url, ...rest } = sent
  if (url === null) throw new Problem('invalid', undefined, withoutParts)
  if (typeof url !== 'string') throw new Problem('invalid', undefined, { url: 'expected a string' })
  if (url === '') throw new Problem('invalid', undefined, { url: 'length must be at least 1' })

  const [, protocol, host = '', port, path = ''] = URL_PARTS.exec(url) ?? []
  const expanded: Record<string, unknown> = { ...rest, path: path === '' ? null : path }
  if (protocol !== undefined) expanded.protocol = protocol
  expanded.host = host === '' ? undefined : host.replace(/^\[(.*)\]$/, '$1')
  expanded.port = port === undefined ? (protocol === 'https' ? 443 : 80) : numberOr(port)
  return expanded
}

const numberOr = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text)

const withoutParts: Fields = {
  host: 'required field missing',
  path: 'should start with: /',
  protocol: 'expected one of: grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp',
}
