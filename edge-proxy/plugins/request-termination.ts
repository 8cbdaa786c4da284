import * as z from 'zod'
import type { Exchange } from '#engine/exchange'
import { exit, type PluginContext, plugin } from '#engine/plugin'
import { between, optional, text } from '#model/types'
import { argumentOf, argumentsOf } from './shared/arguments.ts'
import { headersByName } from './shared/log-record.ts'
import { bodyFields } from './shared/request-body.ts'

const defaultMessages: Record<number, string> = {
  401: 'Unauthorized',
  404: 'Not found',
  405: 'Method not allowed',
  500: 'An unexpected error occurred',
  502: 'Bad Gateway',
  503: 'Service unavailable',
}

export default plugin({
  name: 'request-termination',
  priority: 2,
  summary: 'Answers requests itself instead of calling the upstream.',

  config: {
    status_code: between(100, 599).default(503).meta({ description: 'Status of the answer.' }),
    message: optional(text).meta({
      description: 'Text of the answer, sent as JSON `{"message": …}`.',
    }),
    content_type: optional(text).meta({ description: 'Content-Type of the raw body.' }),
    body: optional(text).meta({
      description: 'Raw body of the answer.',
      widget: 'textarea',
    }),
    echo: z.boolean().default(false).meta({
      description: 'Whether the answer describes the request and what it matched, for debugging.',
    }),
    trigger: optional(text).meta({
      description: 'Only requests that have this header or query argument are answered.',
    }),
  },

  checks: [
    ({ message, content_type, body, echo }) => {
      if (message && (content_type || body))
        return { '@entity': ['message cannot be used with content_type or body'] }
      if (content_type && !body) return { '@entity': ['content_type requires a body'] }
      if (echo && (content_type || body))
        return { '@entity': ['echo cannot be used with content_type and body'] }
      return undefined
    },
  ],

  examples: [
    { summary: 'Down for maintenance', config: { status_code: 503, message: 'Back at noon' } },
    {
      summary: 'A page of your own',
      config: { status_code: 200, content_type: 'text/html', body: '<h1>Soon</h1>' },
    },
    { summary: 'Show what arrived when asked', config: { trigger: 'X-Debug', echo: true } },
  ],

  create(config, { host }) {
    const { body, content_type, status_code, trigger } = config
    const message = config.message ?? defaultMessages[status_code]
    const triggerKey = trigger?.toLowerCase()
    const answer = body
      ? exit(status_code, body, content_type ? { 'Content-Type': content_type } : undefined)
      : exit(status_code, message === undefined ? undefined : { message })

    const triggered = ({ request }: Exchange): boolean =>
      !trigger ||
      triggerKey === undefined ||
      request.headers.has(triggerKey) ||
      argumentOf(request.query, trigger) !== undefined

    return {
      request(exchange) {
        if (!triggered(exchange)) return undefined
        if (!config.echo) return answer
        return describe(exchange, host).then((facts) => exit(status_code, { message, ...facts }))
      },
    }
  },
})

const describe = async (exchange: Exchange, host: PluginContext['host']) => {
  const { request, route, service } = exchange
  return {
    kong: { node_id: host.node.id, worker_pid: host.node.pid, hostname: host.node.hostname },
    request: {
      scheme: request.scheme,
      host: request.host.toLowerCase(),
      port: request.port,
      headers: headersByName(request.headers),
      query: argumentsOf(request.query),
      body: await bodyFields(request),
      raw_body: request.body ? await request.body.text() : undefined,
      method: request.method,
      path: request.path,
      uri_captures: request.captures,
    },
    matched_route: route?.entity,
    matched_service: service?.entity,
  }
}
