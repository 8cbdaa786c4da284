import { describe, expect, it } from 'vitest'
import { kindByName } from '#model/index'
import { sentence } from '#model/violation'

const parse = (name: string, sent: Record<string, unknown>) => {
  const parsed = kindByName.get(name)?.parse(sent)
  if (!parsed) throw new Error(`no kind ${name}`)
  return parsed
}
const row = (name: string, sent: Record<string, unknown>) => {
  const parsed = parse(name, sent)
  if (!parsed.ok) throw new Error(sentence(parsed.fields))
  return parsed.row
}
const fields = (name: string, sent: Record<string, unknown>) => {
  const parsed = parse(name, sent)
  if (parsed.ok) throw new Error('that is good')
  return parsed.fields
}
const ASCII = 'the only accepted ascii characters are alphanumerics or ., -, _, and ~'
const upstream = { id: '00000000-0000-4000-8000-000000000001' }

describe('what a service, a plugin or a target refuses', () => {
  it.each([
    ['service', { host: 'a b' }, { host: 'invalid value: a b' }],
    ['service', { host: 'h', name: 'a b' }, { name: `invalid value 'a b': ${ASCII}` }],
    ['service', { host: 'h', name: '' }, { name: 'length must be at least 1' }],
    ['service', { host: 'h', path: '' }, { path: 'length must be at least 1' }],
    ['service', { host: 'h', path: '/a//b' }, { path: 'must not have empty segments' }],
    ['service', { host: 'h', path: '/a%zz' }, { path: "invalid url-encoded value: '%zz'" }],
    ['service', { host: 'h', path: '/a%2' }, { path: "invalid url-encoded value: '%2'" }],
    [
      'service',
      { host: 'h', path: '/é' },
      { path: "invalid path: '/é' (characters outside of the reserved list of RFC 3986 found)" },
    ],
    [
      'service',
      { host: 'h', tags: ['good', 'a,b', 'a\u0001', ''] },
      {
        tags: [
          undefined,
          "invalid tag 'a,b': expected printable ascii (except `,` and `/`) or valid utf-8 sequences",
          "invalid tag 'a\u0001': expected printable ascii (except `,` and `/`) or valid utf-8 sequences",
          'length must be at least 1',
        ],
      },
    ],
    [
      'plugin',
      { name: 'cors', instance_name: 'a b' },
      { instance_name: `invalid value 'a b': ${ASCII}` },
    ],
    [
      'plugin',
      { name: 'cors', protocols: ['http', 'tcp'] },
      { protocols: [null, 'expected one of: grpc, grpcs, http, https'] },
    ],
    [
      'target',
      { upstream, target: 'a b' },
      { target: 'Invalid target; not a valid hostname or ip address' },
    ],
    [
      'target',
      { upstream, target: '*.a' },
      { target: 'Invalid target; not a valid hostname or ip address' },
    ],
  ])('%s %j', (name, sent, problems) => {
    expect(fields(name, sent)).toEqual(problems)
  })

  it('takes what Kong takes', () => {
    expect(row('service', { host: 'h', protocol: 'tls_passthrough', path: '/a' }).path).toBe('/a')
    expect(row('service', { host: 'h', tags: ['a b', 'é'] }).tags).toEqual(['a b', 'é'])
    expect(row('plugin', { name: 'http-log', protocols: ['tcp'] }).protocols).toEqual(['tcp'])
  })
})

describe('a set', () => {
  it('keeps the first of members that repeat', () => {
    expect(row('service', { host: 'h', tags: ['b', 'a', 'b'] }).tags).toEqual(['b', 'a'])
    const sources = [{ port: 1 }, { ip: '1.2.3.4' }, { port: 1 }]
    expect(row('route', { protocols: ['tcp', 'tcp'], sources })).toMatchObject({
      protocols: ['tcp'],
      sources: [
        { ip: null, port: 1 },
        { ip: '1.2.3.4', port: null },
      ],
    })
  })
})

describe('a target', () => {
  it.each([
    ['a.test', 'a.test:8000'],
    ['a.test:80', 'a.test:80'],
    ['::1', '[0000:0000:0000:0000:0000:0000:0000:0001]:8000'],
    ['[2001:db8::1]:8080', '[2001:0db8:0000:0000:0000:0000:0000:0001]:8080'],
  ])('%s is kept as %s', (target, kept) => {
    expect(row('target', { upstream, target }).target).toBe(kept)
  })
})

describe('a route', () => {
  const needs = (list: string, whose: string) => ({
    '@entity': [`must set ${list} when 'protocols' is ${whose}`],
  })
  const STREAM = "'tcp', 'tls', 'tls_passthrough' or 'udp'"

  it.each([
    [{}, needs("one of 'methods', 'hosts', 'headers', 'paths', 'snis'", "'https'")],
    [{ protocols: ['http'] }, needs("one of 'methods', 'hosts', 'headers', 'paths'", "'http'")],
    [{ protocols: ['grpc'] }, needs("one of 'hosts', 'headers', 'paths'", "'grpc'")],
    [
      { protocols: ['udp'] },
      needs("one of 'sources', 'destinations', 'snis'", "'tcp', 'tls' or 'udp'"),
    ],
    [{ protocols: ['tls_passthrough'] }, needs('snis', "'tls_passthrough'")],
    [{ protocols: [] }, { protocols: 'unknown type: nil' }],
    [{ protocols: ['ftp'] }, { protocols: 'unknown type: ftp' }],
    [
      { protocols: ['tls_passthrough', 'tls'], snis: ['a'] },
      {
        protocols: "these sets are mutually exclusive: ('tls_passthrough'), ('tcp', 'tls', 'udp')",
      },
    ],
    [
      { protocols: ['tcp'], sources: [{ port: 1 }], hosts: ['a'] },
      { hosts: `cannot set 'hosts' when 'protocols' is ${STREAM}` },
    ],
    [
      { protocols: ['grpc'], paths: ['/'], strip_path: true },
      { strip_path: "cannot set 'strip_path' when 'protocols' is 'grpc' or 'grpcs'" },
    ],
    [
      { protocols: ['http'], paths: ['/'], snis: ['a.test'] },
      {
        snis: 'length must be 0',
        '@entity': [
          "'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'",
        ],
      },
    ],
    [{ paths: ['/a%zz'] }, { paths: ["invalid url-encoded value: '%zz'"] }],
    [{ paths: ['~/a//b'] }, { paths: ['must not have empty segments'] }],
    [{ methods: ['GET', 'get'] }, { methods: [undefined, 'invalid value: get'] }],
    [{ headers: { 'x-a': '1' } }, { headers: 'expected an array' }],
    [{ headers: { 'x-a': [1] } }, { headers: ['expected a string'] }],
    [
      { headers: { 'x a': ['1'] } },
      { headers: "bad header name 'x a', allowed characters are A-Z, a-z, 0-9, '_', and '-'" },
    ],
    [
      { headers: { 'x-a': ['~*('] } },
      { '@entity': [expect.stringContaining('Router Expression failed validation: ')] },
    ],
    [
      { paths: ['/'], https_redirect_status_code: '301' },
      { https_redirect_status_code: 'expected an integer' },
    ],
  ])('refuses %j', (sent, problems) => {
    expect(fields('route', sent)).toEqual(problems)
  })

  it('of gRPC strips no path by default', () => {
    expect(row('route', { protocols: ['grpc'], paths: ['/'] }).strip_path).toBe(false)
    expect(row('route', { paths: ['/'] }).strip_path).toBe(true)
  })
})

describe('an upstream', () => {
  it.each([
    [{ name: 'a:80' }, { name: "Invalid name ('a:80'); no port allowed" }],
    [{ name: '1.2.3.4' }, { name: "Invalid name ('1.2.3.4'); no ip addresses allowed" }],
    [{ name: 'é' }, { name: "Invalid name ('é'); must be a valid hostname" }],
    [{ name: 'u', host_header: 'a b' }, { host_header: 'invalid hostname: a b' }],
    [
      { name: 'u', hash_on: 'header', hash_on_header: 'a b' },
      {
        hash_on_header: "bad header name 'a b', allowed characters are A-Z, a-z, 0-9, '_', and '-'",
        '@entity': ["failed conditional validation given value of field 'hash_on'"],
      },
    ],
    [
      { name: 'u', hash_on: 'path', hash_fallback: 'path' },
      {
        hash_fallback:
          'expected one of: none, consumer, header, cookie, query_arg, ip, uri_capture',
        '@entity': ["failed conditional validation given value of field 'hash_on'"],
      },
    ],
  ])('refuses %j', (sent, problems) => {
    expect(fields('upstream', sent)).toEqual(problems)
  })

  it('that hashes is balanced by consistent hashing unless it says otherwise', () => {
    const hashing = { name: 'u', hash_on: 'ip' }
    expect(row('upstream', hashing).algorithm).toBe('consistent-hashing')
    expect(row('upstream', { ...hashing, algorithm: 'latency' }).algorithm).toBe('latency')
    expect(row('upstream', { name: 'u', hash_on: 'none' }).algorithm).toBe('round-robin')
  })

  it('has its deep problems told as Lua writes tables', () => {
    const active = { healthy: { interval: -1, successes: 'x' }, timeout: 'x' }
    const sent = { name: 'u', healthchecks: { active, passive: { unhealthy: { timeouts: 999 } } } }
    expect(sentence(fields('upstream', sent))).toBe(
      '2 schema violations (healthchecks.active: {\n  healthy = {\n    interval = "value should be between 0 and 65535",\n    successes = "expected an integer"\n  },\n  timeout = "expected a number"\n}; healthchecks.passive: {\n  unhealthy = {\n    timeouts = "value should be between 0 and 255"\n  }\n})',
    )
  })
})

describe('a consumer', () => {
  it('needs a name that is one', () => {
    const none = ["at least one of these fields must be non-empty: 'custom_id', 'username'"]
    expect(fields('consumer', {})).toEqual({ '@entity': none })
    expect(fields('consumer', { username: '' })).toEqual({
      username: 'length must be at least 1',
      '@entity': none,
    })
    expect(row('consumer', { custom_id: 'x' }).username).toBe(null)
  })
})
