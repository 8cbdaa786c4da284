import { describe, expect, it } from 'vitest'
import {
  hostHeaderProblem,
  hostProblem,
  rangeProblem,
  readHostName,
  routeHostProblem,
  serverNameProblem,
} from '#model/host-name'

describe('a host', () => {
  it.each([
    ['a.test', { kind: 'name', text: 'a.test', port: undefined }],
    ['a_b.test.:80', { kind: 'name', text: 'a_b.test.', port: 80 }],
    ['-a.test', { kind: 'name', text: '-a.test', port: undefined }],
    ['1.2.3.4:0', { kind: 'ipv4', text: '1.2.3.4', port: 0 }],
    ['::1', { kind: 'ipv6', text: '[0000:0000:0000:0000:0000:0000:0000:0001]', port: undefined }],
    [
      '[2001:DB8::1]:8080',
      { kind: 'ipv6', text: '[2001:0db8:0000:0000:0000:0000:0000:0001]', port: 8080 },
    ],
    [
      '::ffff:1.2.3.4',
      { kind: 'ipv6', text: '[0000:0000:0000:0000:0000:ffff:0102:0304]', port: undefined },
    ],
    [
      '1:2:3:4:5:6:7::',
      { kind: 'ipv6', text: '[0001:0002:0003:0004:0005:0006:0007:0000]', port: undefined },
    ],
  ])('%s is read', (value, read) => {
    expect(readHostName(value)).toEqual(read)
  })

  it.each([
    ['a b', 'invalid hostname: a b'],
    ['é.test', 'invalid hostname: é.test'],
    ['a-.test', 'invalid hostname: a-.test'],
    ['a..test', 'invalid hostname: a..test'],
    ['.', 'invalid ipv4: .'],
    ['a.test:abc', 'invalid hostname: a.test:abc'],
    ['a.test:99999', 'invalid port number'],
    ['1.2.3.4:99999', 'invalid port number'],
    ['[::1]:99999', 'invalid port number'],
    ['1.2.3.256', 'invalid ipv4: 1.2.3.256'],
    ['1.2.3', 'invalid ipv4: 1.2.3'],
    ['1:2:3', 'invalid ipv6: 1:2:3'],
    ['::1::', 'invalid ipv6: ::1::'],
    ['1:2:3:4:5:6:7:8:9', 'invalid ipv6: 1:2:3:4:5:6:7:8:9'],
    ['[::1', 'invalid ipv6: [::1'],
    ['[::12345]', 'invalid ipv6: [::12345]'],
  ])('%s is none', (value, problem) => {
    expect(readHostName(value)).toBe(problem)
  })
})

describe('where a host stands', () => {
  it.each([
    [hostProblem, 'a.test', undefined],
    [hostProblem, '*.test', 'invalid value: *.test'],
    [hostProblem, 'a.test:80', 'must not have a port'],
    [hostProblem, 'a.test:99999', 'must not have a port'],
    [hostHeaderProblem, 'a.test:80', undefined],
    [hostHeaderProblem, 'a b', 'invalid hostname: a b'],
    [routeHostProblem, '*.a.test:80', undefined],
    [routeHostProblem, 'a.*', undefined],
    [routeHostProblem, 'a.*:80', 'invalid wildcard: must be placed at leftmost or rightmost label'],
    [routeHostProblem, 'a.*.b', 'invalid wildcard: must be placed at leftmost or rightmost label'],
    [routeHostProblem, '*.a.*', 'invalid wildcard: must have at most one wildcard'],
    [routeHostProblem, '*.a b', 'invalid hostname: *.a b'],
    [routeHostProblem, 'a.test:99999', 'invalid port number'],
    [serverNameProblem, '*', undefined],
    [serverNameProblem, '*.a.test', undefined],
    [serverNameProblem, 'A.Test.', undefined],
    [serverNameProblem, '*.a.*', 'only one wildcard must be specified'],
    [serverNameProblem, 'a.*.test', 'wildcard must be leftmost or rightmost character'],
    [serverNameProblem, '1.2.3.4', 'must not be an IP'],
    [serverNameProblem, 'a.test:1', 'must not have a port'],
    [serverNameProblem, 'a b', 'invalid value: a b'],
    [rangeProblem, '10.0.0.1/8', undefined],
    [rangeProblem, 'fc00::/7', undefined],
    [rangeProblem, '1.2.3.4', undefined],
    [rangeProblem, '999.1.1.1', "invalid ip or cidr range: '999.1.1.1'"],
    [rangeProblem, '10.0.0.0/99', "invalid ip or cidr range: '10.0.0.0/99'"],
    [rangeProblem, 'fc00::/129', "invalid ip or cidr range: 'fc00::/129'"],
    [rangeProblem, '10.0.0.0/8/8', "invalid ip or cidr range: '10.0.0.0/8/8'"],
  ])('%o judges %s', (judge, value, problem) => {
    expect(judge(value)).toBe(problem)
  })
})
