import * as z from 'zod'

const LABEL_KEY = /^(?!(?:kong|konnect|insomnia|mesh|kic|kuma|_))[a-zA-Z0-9._-]{1,63}$/
const UUID_LIKE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const name = z
  .string()
  .min(1)
  .max(256)
  .refine((value) => !value.includes('/'), 'must not have a slash')
  .refine((value) => !UUID_LIKE.test(value), 'must not look like an id')
  .meta({ description: 'Unique within the organization. URLs may use it in place of the id.' })

const description = z.string().max(2048).nullish().meta({ description: 'For people.' })

const labels = z
  .record(
    z
      .string()
      .regex(
        LABEL_KEY,
        'expected 1 to 63 letters, digits, dots, dashes or underscores, without a reserved prefix',
      ),
    z.string().min(1).max(63),
  )
  .refine((value) => Object.keys(value).length <= 50, 'must not have more than 50 labels')
  .nullish()
  .meta({ description: 'Up to 50 names and values to find it by.' })

const proxyUrl = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(0).max(65_535),
  protocol: z.string().min(1),
})

const proxy_urls = z
  .array(proxyUrl)
  .max(5)
  .nullish()
  .meta({ description: 'Where its runtimes can be reached, for people to read. Up to 5.' })

const cluster_type = z.literal('CLUSTER_TYPE_CONTROL_PLANE')
const auth_type = z.enum(['pinned_client_certs', 'pki_client_certs'])

/** Fields that clients of Konnect send, taken when they ask for nothing that a group here is not. */
const konnect = {
  cluster_type: cluster_type.nullish(),
  auth_type: auth_type
    .nullish()
    .meta({ description: 'Kept for clients of Konnect. Runtimes show tokens.' }),
  cloud_gateway: z.literal(false).nullish(),
}

export const NewGroup = z.strictObject({ name, description, labels, proxy_urls, ...konnect })
export const ChangedGroup = NewGroup.partial().omit({ cluster_type: true, cloud_gateway: true })

export const Group = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  labels: z.record(z.string(), z.string()),
  config: z.object({
    control_plane_endpoint: z.string().meta({ description: 'What runtimes register with.' }),
    telemetry_endpoint: z.string(),
    cluster_type,
    auth_type,
    cloud_gateway: z.boolean(),
    proxy_urls: z.array(proxyUrl),
  }),
  created_at: z.string(),
  updated_at: z.string(),
})

export const Problems = z.array(z.object({ kind: z.string(), id: z.string(), message: z.string() }))

const Publishing = z
  .object({
    version: z.int().nullable(),
    root: z.string().nullable(),
    published_at: z.string().nullable(),
    counts: z.record(z.string(), z.int()),
    last_error: z
      .object({ at: z.string(), message: z.string(), entities: Problems, tries: z.int() })
      .nullable()
      .meta({ description: 'Why the last try to publish failed; null when it did not.' }),
  })
  .meta({ description: 'What runtimes are told to run.' })

export const GroupDetail = Group.extend({ publishing: Publishing })

export const GroupPage = z.object({
  data: z.array(Group),
  meta: z.object({ page: z.object({ number: z.int(), size: z.int(), total: z.int() }) }),
})

export const GroupQuery = z.object({
  'page[size]': z.coerce.number().int().min(1).max(1000).default(100),
  'page[number]': z.coerce.number().int().min(1).default(1),
  'filter[name]': z.string().optional(),
  'filter[name][eq]': z.string().optional(),
  'filter[name][neq]': z.string().optional(),
  'filter[name][contains]': z.string().optional(),
  'filter[id][eq]': z.string().optional(),
  'filter[id][oeq]': z
    .string()
    .optional()
    .meta({ description: 'Any of these, separated by commas.' }),
  labels: z
    .string()
    .optional()
    .meta({ description: '`key:value` or `key`, separated by commas: all of them.' }),
  sort: z
    .enum(['name', 'name desc', 'created_at', 'created_at desc', 'id', 'id desc'])
    .default('created_at'),
})

export type GroupQuery = z.output<typeof GroupQuery>
