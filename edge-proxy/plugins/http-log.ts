import * as z from 'zod'
import { plugin } from '#engine/plugin'
import { nullable, optional, text } from '#model/types'
import { logRecord } from './shared/log-record.ts'
import { Queue, queueSettings } from './shared/queue.ts'

const NO_LUA = 'Lua code is not available yet'

const ours = { host: 'Host', 'content-length': 'Content-Length', 'content-type': 'Content-Type' }

const headerName = Object.entries(ours).reduce<z.ZodString>(
  (type, [key, name]) =>
    type.refine((value) => value.toLowerCase() !== key, `cannot contain '${name}' header`),
  z.string(),
)

export default plugin({
  name: 'http-log',
  priority: 12,
  summary: 'Sends a record of every request and its response to an HTTP server.',

  config: {
    http_endpoint: z
      .string()
      .min(1, 'length must be at least 1')
      .check((context) => {
        const problem = endpointProblem(context.value)
        if (problem) context.issues.push({ code: 'custom', message: problem, input: context.value })
      })
      .meta({
        description:
          'URL that records are sent to. User and password in it become Basic credentials.',
        secret: 'used',
        referenceable: true,
      }),
    method: nullable(z.enum(['POST', 'PUT', 'PATCH']), 'POST').meta({
      description: 'Method of the requests.',
    }),
    content_type: nullable(
      z.enum(['application/json', 'application/json; charset=utf-8']),
      'application/json',
    ).meta({ description: 'Content-Type of the requests.' }),
    timeout: nullable(z.number(), 10_000).meta({
      description: 'Milliseconds that one request may take.',
    }),
    keepalive: nullable(z.number(), 60_000).meta({
      description:
        'Milliseconds that idle connections are worth keeping; the host may close sooner.',
    }),
    retry_count: optional(z.int()).meta({
      description: 'Has no effect any more: see queue.max_retry_time.',
    }),
    queue_size: optional(z.int()).meta({
      description: 'Old name of queue.max_batch_size; counts when it is not 1.',
    }),
    flush_timeout: optional(z.number()).meta({
      description: 'Old name of queue.max_coalescing_delay; counts when it is not 2.',
    }),
    headers: optional(
      z.record(headerName, z.string().meta({ secret: 'used', referenceable: true })),
    ).meta({
      description: 'Further headers of the requests.',
    }),
    queue: queueSettings,
    custom_fields_by_lua: optional(z.record(text, text)).meta({
      description: 'Further members of the record, made by Lua code.',
    }),
  },

  checks: [
    ({ http_endpoint, headers }) =>
      endpointOf(http_endpoint)?.authorization !== undefined &&
      Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'authorization')
        ? {
            '@entity': [
              "specifying both an 'Authorization' header and user info in 'http_endpoint' is not allowed",
            ],
          }
        : undefined,
    (config) => (usesLua(config) ? { custom_fields_by_lua: NO_LUA } : undefined),
  ],

  examples: [
    {
      summary: 'One request for each record',
      config: { http_endpoint: 'https://logs.example.com/tidegate' },
    },
    {
      summary: 'Up to 200 records at once, at least every 2 seconds, with a token',
      config: {
        http_endpoint: 'https://logs.example.com/tidegate',
        headers: { Authorization: 'Bearer abc' },
        queue: { max_batch_size: 200, max_coalescing_delay: 2 },
      },
    },
  ],

  create(config, { host, id }) {
    if (usesLua(config)) throw new Error(`config.custom_fields_by_lua: ${NO_LUA}`)
    const endpoint = endpointOf(config.http_endpoint)
    if (!endpoint) throw new Error(`http_endpoint: ${endpointProblem(config.http_endpoint)}`)
    const settings = {
      ...config.queue,
      ...(isSet(config.queue_size, 1) && { max_batch_size: config.queue_size }),
      ...(isSet(config.flush_timeout, 2) && { max_coalescing_delay: config.flush_timeout }),
    }
    const single = settings.max_batch_size === 1
    const method = config.method ?? 'POST'
    const headers: Record<string, string> = {
      'Content-Type': config.content_type ?? 'application/json',
      ...(endpoint.authorization !== undefined && { Authorization: endpoint.authorization }),
      ...config.headers,
    }
    const queue = new Queue({
      host,
      name: `http-log ${id}`,
      settings,
      async send(entries) {
        const answer = await host.fetch({
          method,
          url: endpoint.url,
          headers,
          body: single ? (entries[0] as string) : `[${entries.join(',')}]`,
          timeout: config.timeout ?? 10_000,
        })
        await answer.text()
        return answer.status < 300 ? undefined : `the collector answered ${answer.status}`
      },
    })

    return {
      log(exchange) {
        queue.push(JSON.stringify(logRecord(exchange)))
      },
    }
  },
})

const usesLua = ({
  custom_fields_by_lua,
}: {
  custom_fields_by_lua: Record<string, string> | null
}): boolean => Object.keys(custom_fields_by_lua ?? {}).length > 0

const isSet = (value: number | null | undefined, old: number): value is number =>
  typeof value === 'number' && value !== old

const VAULT = '{vault://'

const endpointProblem = (url: string): string | undefined => {
  if (url.startsWith(VAULT)) return 'references to vaults are not available yet'
  return endpointOf(url) ? undefined : 'missing host in url'
}

/** Where records go: the query is left out, as Kong leaves it out. */
const endpointOf = (
  text: string,
): { url: string; authorization: string | undefined } | undefined => {
  const parts = /^(https?):\/\/(?:([^/?#@]*)@)?(\[[^\]]+\]|[^/?#:]+)(:\d+)?([^?#]*)/i.exec(text)
  if (!parts) return undefined
  const [, scheme = '', user, host, port = '', path = ''] = parts
  return {
    url: `${scheme.toLowerCase()}://${host}${port}${path === '' ? '/' : path}`,
    authorization: user === undefined ? undefined : `Basic ${btoa(bytesOf(user))}`,
  }
}

/** User info as a byte string: whole escapes are bytes, what is none stays as it is, the rest is UTF-8. */
const bytesOf = (user: string): string => {
  let bytes = ''
  for (const part of user.split(/(%[0-9a-fA-F]{2})/)) {
    if (/^%[0-9a-fA-F]{2}$/.test(part))
      bytes += String.fromCharCode(Number.parseInt(part.slice(1), 16))
    else for (const byte of encoder.encode(part)) bytes += String.fromCharCode(byte)
  }
  return bytes
}

const encoder = new TextEncoder()
