import { byteString } from '#model/path'

export interface UpstreamPathInit {
  /** Path of the service, as configured. */
  base: string | null
  /** Path of the request in normal form. */
  path: string
  /** The part of it that the route matched, empty when the route has no paths. */
  matched: string
  strip: boolean
  /** `v1` only acts in the `traditional` flavour; the others always use `v0`. */
  handling: 'v0' | 'v1'
}

/** Path to call the upstream with, escaped for the wire. */
export const upstreamPath = ({
  base,
  path,
  matched,
  strip,
  handling,
}: UpstreamPathInit): string => {
  const start = base === null || base === '' ? '/' : byteString(base)
  const postfix = sanitize(matched === '' ? path.slice(1) : path.slice(matched.length))
  const joined =
    handling === 'v1' ? joinV1(start, path, postfix, strip) : joinV0(start, path, postfix, strip)
  return escapePath(joined)
}

/** Value of X-Forwarded-Prefix: what was stripped, unless that is nothing or `/`. Escaped, since it may be any bytes. */
export const forwardedPrefix = (matched: string, strip: boolean): string | undefined =>
  strip && matched !== '' && matched !== '/' ? escapePath(matched) : undefined

const joinV0 = (base: string, path: string, postfix: string, strip: boolean): string => {
  if (base.endsWith('/')) {
    if (!strip) return base + path.slice(1)
    if (postfix === '') return base === '/' || path.endsWith('/') ? base : base.slice(0, -1)
    return postfix.startsWith('/') ? base.slice(0, -1) + postfix : base + postfix
  }
  if (!strip) return path === '/' ? base : base + path
  if (postfix === '') return path.length > 1 && path.endsWith('/') ? `${base}/` : base
  return postfix.startsWith('/') ? base + postfix : `${base}/${postfix}`
}

const joinV1 = (base: string, path: string, postfix: string, strip: boolean): string => {
  if (!strip) return base + path.slice(1)
  return base.endsWith('/') && postfix.startsWith('/') ? base + postfix.slice(1) : base + postfix
}

/** Cutting a prefix inside a segment can leave dots that would climb: they go. */
const sanitize = (postfix: string): string => {
  if (!postfix.startsWith('.')) return postfix
  if (postfix === '.' || postfix === '..') return ''
  if (postfix.startsWith('./')) return postfix.slice(2)
  return postfix.startsWith('../') ? postfix.slice(3) : postfix
}

const UNSAFE = /[^!#$&'()*+,/:;=?@[\]A-Za-z0-9\-_.~%]/
const EVERY_UNSAFE = new RegExp(UNSAFE, 'g')

const escapePath = (path: string): string =>
  UNSAFE.test(path)
    ? path.replace(
        EVERY_UNSAFE,
        (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      )
    : path
