import * as z from 'zod'
import { findGroup, runtimeOf } from '#modules/runtime-groups'
import { get, post, type Route } from '#workers/api/module'
import { RecordsBody, takeRecords } from './intake.ts'
import type { Filters } from './question.ts'
import { type Range, ranges, trafficOf } from './traffic.ts'

const value = z
  .string()
  .max(255)
  .regex(/^[\w .:@!#$%&*+^`|~-]*$/, 'expected an id or a name')
  .optional()

const TrafficQuery = z.object({
  range: z.enum(Object.keys(ranges) as Range[]).default('15m'),
  by: z
    .string()
    .default('')
    .transform((list) => list.split(',').filter((name) => name !== ''))
    .pipe(z.array(z.enum(['route', 'service'])))
    .meta({ description: '`route`, `service`, or both with a comma: the busiest 20 of each.' }),
  node: value,
  route: value,
  service: value,
  consumer: value,
})

const latency = z.number().nullable()
const Counts = z.object({
  requests: z.number(),
  by_class: z.object({
    '1xx': z.number(),
    '2xx': z.number(),
    '3xx': z.number(),
    '4xx': z.number(),
    '5xx': z.number(),
  }),
  p50: latency.meta({ description: 'Milliseconds; null without requests.' }),
  p95: latency,
  p99: latency,
})
const slices = z.array(Counts.extend({ id: z.string() }))

const TrafficAnswer = z.object({
  range: z.enum(Object.keys(ranges) as Range[]),
  step_seconds: z.int(),
  from: z.string(),
  to: z.string(),
  totals: Counts.extend({ request_bytes: z.number(), response_bytes: z.number() }),
  series: z.array(Counts.extend({ at: z.string() })),
  by_route: slices.optional(),
  by_service: slices.optional(),
})

const trafficRoute = (prefix: '/v2/runtime-groups' | '/v2/control-planes'): Route =>
  get(`${prefix}/:group/traffic`, {
    summary: 'Requests of a group by status and latency, over time',
    permission: 'analytics:read',
    query: TrafficQuery,
    answer: TrafficAnswer,
    async handle(context, { params, query }) {
      const group = await findGroup(context, params.group)
      const { range, by, ...filters } = query
      return trafficOf(
        context.env,
        { group: group.id, range, by, where: only(filters) },
        context.now(),
      )
    },
  })

export const routes = [
  trafficRoute('/v2/runtime-groups'),
  { ...trafficRoute('/v2/control-planes'), alias: true as const },

  post('/runtime/v1/records', {
    summary: 'Hand over what a runtime counted of its traffic',
    public: true,
    body: RecordsBody,
    status: 204,
    async handle(context, { body, request }) {
      const runtime = await runtimeOf(context, request)
      await takeRecords(context.env, runtime, body.points, context.now())
    },
  }),
]

const FILTERS = ['node', 'route', 'service', 'consumer'] as const

const only = (given: { [name in (typeof FILTERS)[number]]?: string | undefined }): Filters => {
  const where: Filters = {}
  for (const name of FILTERS) {
    const wanted = given[name]
    if (wanted !== undefined) where[name] = [wanted]
  }
  return where
}
