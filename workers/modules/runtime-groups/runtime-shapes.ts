import * as z from 'zod'

const instant = z.iso.datetime({ offset: true })
const host = z.enum(['worker', 'node'])
const label = z.string().max(255)
/** What is long is cut, not refused: a runtime in trouble must be heard. */
const words = z.string().transform((text) => text.slice(0, 4096))
const problem = z.object({ kind: label, id: label, message: words })
const problems = z.array(problem).transform((list) => list.slice(0, 500))
const root = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')

/** Bodies of engine/protocol.ts, checked at the door. */
export const RegisterBody = z.object({
  node_id: z.string().max(64).optional(),
  hostname: label.min(1),
  version: label.min(1),
  host,
})

export const StatusBody = z.object({
  version: z.int().min(0),
  root: root.nullable(),
  applied_at: instant.nullable(),
  hostname: label,
  runtime_version: label,
  host,
  started_at: instant,
  refused: z
    .object({
      version: z.int().min(0).nullable(),
      at: instant,
      reason: words,
      entities: problems,
    })
    .nullable(),
  records_dropped: z.int().min(0),
  warnings: problems,
})

export const ConfigQuery = z.object({
  version: z.coerce.number().int().min(0).default(0),
  wait: z.coerce
    .number()
    .min(0)
    .max(25)
    .default(0)
    .meta({ description: 'Seconds to hold the question while there is nothing new.' }),
  issued: z.iso.datetime().optional().meta({
    description:
      'When the manifest of that version was issued which the runtime has: it gets one that was signed later.',
  }),
})

export const SnapshotQuery = z.object({ base: root.optional() })

export const Root = root
