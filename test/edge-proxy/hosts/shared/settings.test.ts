import { describe, expect, it } from 'vitest'
import { settingsFrom } from '../../../../edge-proxy/hosts/shared/settings.ts'
import { readTrustedKeys } from '../../../../edge-proxy/hosts/shared/trust.ts'

describe('settings from the environment', () => {
  it('have the defaults of kong.conf', () => {
    expect(settingsFrom({})).toMatchObject({ trusted_ips: [], real_ip_header: 'X-Real-IP' })
  })

  it.each([
    ['ALLOW_DEBUG_HEADER', 'on', { allow_debug_header: true }],
    ['TRUSTED_IPS', '10.0.0.0/8, ::1', { trusted_ips: ['10.0.0.0/8', '::1'] }],
    ['REAL_IP_HEADER', 'X-Forwarded-For', { real_ip_header: 'X-Forwarded-For' }],
    ['REAL_IP_RECURSIVE', 'true', { real_ip_recursive: true }],
    [
      'HEADERS',
      'server_tokens, x-kong-request-id',
      { headers: ['server_tokens', 'X-Kong-Request-Id'] },
    ],
    ['HEADERS', 'off', { headers: [] }],
    ['HEADERS_UPSTREAM', 'off', { headers_upstream: [] }],
    ['ERROR_DEFAULT_TYPE', 'application/json', { error_default_type: 'application/json' }],
    ['PORT_MAPS', '80:8000, 443:8443', { port_maps: { 8000: 80, 8443: 443 } }],
  ])('take TIDEGATE_%s=%s', (name, value, expected) => {
    expect(settingsFrom({ [`TIDEGATE_${name}`]: value })).toMatchObject(expected)
  })

  it.each([
    ['ALLOW_DEBUG_HEADER', 'yes', 'takes on or off'],
    ['TRUSTED_IPS', '10.0.0.0/64', "'10.0.0.0/64' is not an address or a CIDR range"],
    ['REAL_IP_HEADER', 'a b', 'takes the name of a header'],
    ['HEADERS', 'server', undefined],
    ['HEADERS', 'nonsense', 'takes one of: server_tokens, latency_tokens, Server, Via,'],
    ['ERROR_DEFAULT_TYPE', 'text', 'takes one of: text/plain,'],
    ['ROUTER_FLAVOR', 'expressions', 'takes one of: traditional_compatible'],
    ['PORT_MAPS', '80', 'takes pairs of the port that clients see and our own'],
    ['PORT_MAPS', '80:99999', "takes ports from 1 to 65535, not '99999'"],
  ])('name TIDEGATE_%s=%s when it cannot be used', (name, value, message) => {
    const environment = { [`TIDEGATE_${name}`]: value }
    if (message === undefined) expect(settingsFrom(environment).headers).toEqual(['Server'])
    else expect(() => settingsFrom(environment)).toThrow(`TIDEGATE_${name}: ${message}`)
  })
})

describe('what is trusted', () => {
  it('can pin the keys that are believed first', () => {
    const keys = [{ kty: 'OKP', kid: 'key-1', crv: 'Ed25519', x: 'abc' }]
    expect(readTrustedKeys({ TIDEGATE_TRUSTED_KEYS: JSON.stringify({ keys }) })).toEqual(keys)
    expect(readTrustedKeys({})).toBeUndefined()
    expect(() => readTrustedKeys({ TIDEGATE_TRUSTED_KEYS: '{"keys":[]}' })).toThrow(
      'TIDEGATE_TRUSTED_KEYS takes a JWK set',
    )
  })
})
