import * as z from 'zod'
import { entity } from './kit.ts'
import { between, nullable, reference, tags } from './types.ts'

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
      .transform(withPort)
      .pipe(
        z
          .string()
          .regex(
            /^(\[[0-9a-fA-F:.]+\]|[^:/\s]+):\d{1,5}$/,
            'Invalid target; not a valid hostname or ip address',
          ),
      )
      .meta({ description: 'Host or address, and port (8000 when left out).' }),
    weight: nullable(between(0, 65_535), 100).meta({
      description: 'Share of the traffic; 0 takes it out.',
    }),
    tags,
  },
})

export type Target = z.output<typeof Target.row>

function withPort(target: string): string {
  if (target.startsWith('[')) return target.includes(']:') ? target : `${target}:8000`
  return target.includes(':') ? target : `${target}:8000`
}
