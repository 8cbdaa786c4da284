import * as z from 'zod'
import { readHostName } from './host-name.ts'
import { entity } from './kit.ts'
import { between, nullable, reference, tags } from './types.ts'

const DEFAULT_PORT = 8000

export const INVALID_TARGET = 'Invalid target; not a valid hostname or ip address'

export const Target = entity({
  name: 'target',
  plural: 'targets',
  nested: { under: 'upstream', path: 'targets' },
  summary: 'One address of an upstream, with its share of the traffic.',
  key: 'target',
  uniqueTogether: ['upstream', 'target'],
  fields: {
    upstream: reference('upstream', 'cascade').meta({ description: 'The upstream it belongs to.' }),
    target: z
      .string()
      .overwrite((target) => targetAddress(target) ?? target)
      .refine((target) => targetAddress(target) !== undefined, INVALID_TARGET)
      .meta({ description: 'Host or address, and port (8000 when left out).' }),
    weight: nullable(between(0, 65_535), 100).meta({
      description: 'Share of the traffic; 0 takes it out.',
    }),
    tags,
  },
})

export type Target = z.output<typeof Target.row>

/** A target as Kong keeps it: with its port, IPv6 addresses in full. Nothing when it is none. */
function targetAddress(target: string): string | undefined {
  const read = readHostName(target)
  return typeof read === 'string' ? undefined : `${read.text}:${read.port ?? DEFAULT_PORT}`
}
