import * as z from 'zod'
import type { Exchange } from '#engine/exchange'
import { plugin, refuse } from '#engine/plugin'
import { above, nullable, optional, path, text } from '#model/types'
import { redis } from './shared/redis.ts'
import { type Period, periods, type Window, windowAt } from './shared/windows.ts'

/** Where a plugin has no such scope. Part of the name of its counters. */
const NOWHERE = '00000000-0000-0000-0000-000000000000'

const NO_REDIS = "'redis' is not available yet: use 'local', which counts in each runtime"

const limit = (period: Period) =>
  optional(above(0)).meta({ description: `Requests allowed in one ${period}.` })

/** Headers for one answer, as pairs. */
type Lines = [name: string, key: string, value: string][]

export default plugin({
  name: 'rate-limiting',
  priority: 910,
  summary:
    'Limits how many requests somebody may make in a second, minute, hour, day, month or year.',

  config: {
    second: limit('second'),
    minute: limit('minute'),
    hour: limit('hour'),
    day: limit('day'),
    month: limit('month'),
    year: limit('year'),
    limit_by: nullable(
      z.enum(['consumer', 'credential', 'ip', 'service', 'header', 'path']),
      'consumer',
    ).meta({
      description: 'Whose requests are counted together. Without such a one, those of an address.',
    }),
    header_name: optional(text).meta({ description: 'Header to count by.' }),
    path: optional(path).meta({ description: 'Path to count.' }),
    policy: nullable(z.enum(['local', 'redis']), 'local').meta({
      description: 'Where counts are kept. Each runtime counts for itself (`local`).',
    }),
    fault_tolerant: z
      .boolean()
      .default(true)
      .meta({ description: 'Whether requests pass when the counts cannot be reached.' }),
    redis,
    hide_client_headers: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether clients are not told their limits.' }),
    error_code: nullable(above(0), 429).meta({ description: 'Status of a refusal.' }),
    error_message: nullable(text, 'API rate limit exceeded').meta({
      description: 'Message of a refusal.',
    }),
    sync_rate: z
      .number()
      .default(-1)
      .meta({ description: 'Seconds between two exchanges of counts with Redis; -1: each time.' }),
  },

  shorthands: Object.fromEntries(
    [
      'host',
      'port',
      'password',
      'username',
      'ssl',
      'ssl_verify',
      'server_name',
      'timeout',
      'database',
    ].map((field) => [`redis_${field}`, (value: unknown) => ({ redis: { [field]: value } })]),
  ),

  checks: [
    (config) =>
      periods.every((period) => config[period] === null)
        ? {
            '@entity': [
              `at least one of these fields must be non-empty: ${periods.map((period) => `'config.${period}'`).join(', ')}`,
            ],
          }
        : undefined,
    (config) => {
      const set = periods.flatMap((period) => {
        const value = config[period]
        return value === null ? [] : [{ period, value }]
      })
      for (const [index, shorter] of set.entries()) {
        const longer = set.slice(index + 1).find(({ value }) => value < shorter.value)
        if (longer) return { '@entity': [orderProblem(longer, shorter)] }
      }
      return undefined
    },
    ({ limit_by, header_name }) =>
      limit_by === 'header' && header_name === null
        ? { header_name: 'required field missing', '@entity': [conditional('limit_by')] }
        : undefined,
    (config) =>
      config.limit_by === 'path' && config.path === null
        ? { path: 'required field missing', '@entity': [conditional('limit_by')] }
        : undefined,
    ({ policy, sync_rate }) =>
      policy !== 'redis' && sync_rate !== -1
        ? { '@entity': ['sync_rate can only be used with the redis policy'] }
        : undefined,
    ({ policy }) => (policy === 'redis' ? { policy: NO_REDIS } : undefined),
  ],

  examples: [
    { summary: 'Five requests a minute for each consumer', config: { minute: 5 } },
    {
      summary: 'By address, over two windows',
      config: { second: 10, hour: 1000, limit_by: 'ip' },
    },
    {
      summary: 'By a header, without telling clients',
      config: { day: 100, limit_by: 'header', header_name: 'X-Tenant', hide_client_headers: true },
    },
  ],

  create(config, { host, scope }) {
    if (config.policy === 'redis') throw new Error(`config.policy: ${NO_REDIS}`)
    const prefix = `ratelimit:${scope.route ?? NOWHERE}:${scope.service ?? NOWHERE}:`
    const limits = periods.flatMap((period) => {
      const allowed = config[period]
      return typeof allowed === 'number' ? [limitOf(period, allowed)] : []
    })
    const identify = identifierOf(config)
    const status = config.error_code ?? 429
    const message = config.error_message ?? 'API rate limit exceeded'
    const hidden = config.hide_client_headers

    return {
      request(exchange) {
        const now = host.now()
        const name = prefix + (identify(exchange) ?? exchange.request.client)
        const usage: { limit: Limit; key: string; remaining: number }[] = []
        let stopped: Limit | undefined
        for (const limit of limits) {
          const window = limit.window(now)
          const key = `${name}:${window.start}:${limit.period}`
          const remaining = limit.allowed - host.counters.get(key)
          usage.push({ limit, key, remaining })
          if (remaining <= 0) stopped = limit
        }

        const lines: Lines = []
        let tightest: { limit: Limit; left: number } | undefined
        for (const { limit, remaining } of usage) {
          // A refused request is not counted: only the window that refuses shows what it would have taken.
          const counted = stopped === undefined || stopped === limit
          const left = Math.max(0, counted ? remaining - 1 : remaining)
          if (tightest === undefined || left <= tightest.left) tightest = { limit, left }
          lines.push([limit.limitName, limit.limitKey, limit.text])
          lines.push([limit.remainingName, limit.remainingKey, String(left)])
        }
        if (tightest === undefined) return undefined
        const reset = String(Math.max(1, Math.ceil((tightest.limit.window(now).end - now) / 1000)))
        if (!hidden) {
          lines.push(
            ['RateLimit-Limit', 'ratelimit-limit', tightest.limit.text],
            ['RateLimit-Remaining', 'ratelimit-remaining', String(tightest.left)],
            ['RateLimit-Reset', 'ratelimit-reset', reset],
          )
          if (stopped !== undefined) lines.push(['Retry-After', 'retry-after', reset])
          exchange.notes['rate-limiting'] = lines
        }
        if (stopped !== undefined) return refuse(status, message)
        for (const { limit, key } of usage) host.counters.add(key, 1, limit.window(now).end)
        return undefined
      },

      ...(!hidden && {
        response({ notes }, headers) {
          for (const [name, key, value] of (notes['rate-limiting'] as Lines | undefined) ?? []) {
            // Lines of the upstream stay, behind ours.
            const theirs = headers.has(key) ? headers.getAll(key) : []
            headers.set(name, value, key)
            for (const line of theirs) headers.append(name, line, key)
          }
        },
      }),
    }
  },
})

/** One limit with all that can be known of it before a request. */
interface Limit {
  period: Period
  allowed: number
  text: string
  limitName: string
  limitKey: string
  remainingName: string
  remainingKey: string
  window(now: number): Window
}

const limitOf = (period: Period, allowed: number): Limit => {
  const title = period.charAt(0).toUpperCase() + period.slice(1)
  let current: Window = { start: 0, end: 0 }
  return {
    period,
    allowed,
    text: String(allowed),
    limitName: `X-RateLimit-Limit-${title}`,
    limitKey: `x-ratelimit-limit-${period}`,
    remainingName: `X-RateLimit-Remaining-${title}`,
    remainingKey: `x-ratelimit-remaining-${period}`,
    window(now) {
      if (now < current.start || now >= current.end) current = windowAt(period, now)
      return current
    },
  }
}

/** Who a request is counted for; undefined: its address. */
const identifierOf = (config: {
  limit_by: string | null
  header_name: string | null
  path: string | null
}): ((exchange: Exchange) => string | undefined) => {
  const { limit_by, path } = config
  const header = config.header_name?.toLowerCase()
  switch (limit_by) {
    case 'consumer':
      return ({ consumer, credential }) => consumer?.entity.id ?? credential?.id
    case 'credential':
      return ({ credential }) => credential?.id
    case 'service':
      return ({ service }) => service?.entity.id
    case 'header':
      return ({ request }) => (header === undefined ? undefined : request.headers.get(header))
    case 'path':
      return ({ request }) => (request.path === path ? request.path : undefined)
    default:
      return () => undefined
  }
}

const orderProblem = (
  longer: { period: Period; value: number },
  shorter: { period: Period; value: number },
): string =>
  `The limit for ${longer.period}(${longer.value.toFixed(1)}) cannot be lower than the limit for ${shorter.period}(${shorter.value.toFixed(1)})`

const conditional = (field: string): string =>
  `failed conditional validation given value of field 'config.${field}'`
