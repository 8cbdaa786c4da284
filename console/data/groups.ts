import { call } from './client.ts'

export interface Group {
  id: string
  name: string
  description: string | null
  labels: Record<string, string>
  config: { control_plane_endpoint: string }
  created_at: string
  updated_at: string
}

export interface Publishing {
  version: number | null
  root: string | null
  published_at: string | null
  /** Entities by collection. */
  counts: Record<string, number>
  last_error: { at: string; message: string; entities: EntityProblem[]; tries: number } | null
}

export type GroupDetail = Group & { publishing: Publishing }

export interface EntityProblem {
  kind: string
  id: string
  message: string
}

export interface RuntimeNode {
  id: string
  hostname: string
  host: 'worker' | 'node'
  version: string
  config_version: number
  config_root: string | null
  state: 'connected' | 'disconnected'
  in_sync: boolean
  last_seen: string | null
  applied_at: string | null
  started_at: string | null
  refused: { version: number | null; at: string; reason: string; entities: EntityProblem[] } | null
  warnings: EntityProblem[]
  records_dropped: number
  created_at: string
}

export interface Version {
  version: number
  root: string
  created_at: string
  actor: string
  counts: Record<string, number>
  nodes_in_sync: number
}

export interface CursorPage<T> {
  data: T[]
  next?: string | null
  offset?: string | null
}

export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx'
export const ranges = ['15m', '1h', '24h'] as const
export type Range = (typeof ranges)[number]

export interface TrafficPoint {
  requests: number
  by_class: Partial<Record<StatusClass, number>>
  p50: number | null
  p95: number | null
  p99: number | null
}

export interface Traffic {
  range: string
  step_seconds: number
  from: string
  to: string
  totals: TrafficPoint & { request_bytes: number; response_bytes: number }
  series: (TrafficPoint & { at: string })[]
}

const root = '/v2/runtime-groups'
const at = (group: string) => `${root}/${encodeURIComponent(group)}`

export interface GroupPage {
  data: Group[]
  meta: { page: { total: number; number: number; size: number } }
}

export const listGroups = (number: number, signal?: AbortSignal): Promise<GroupPage> =>
  call('GET', root, {
    query: { 'page[size]': 50, 'page[number]': number },
    ...(signal ? { signal } : {}),
  })

export const readGroup = (group: string, signal?: AbortSignal): Promise<GroupDetail> =>
  call('GET', at(group), { ...(signal ? { signal } : {}) })

export const createGroup = (body: { name: string; description?: string }): Promise<Group> =>
  call('POST', root, { body })

export const changeGroup = (
  group: string,
  body: { name?: string; description?: string },
): Promise<Group> => call('PATCH', at(group), { body })

export const deleteGroup = (group: string): Promise<void> => call('DELETE', at(group))

export const listNodes = (
  group: string,
  query: { offset?: string; size?: number },
  signal?: AbortSignal,
): Promise<CursorPage<RuntimeNode>> =>
  call('GET', `${at(group)}/nodes`, { query, ...(signal ? { signal } : {}) })

export const readNode = (group: string, node: string, signal?: AbortSignal): Promise<RuntimeNode> =>
  call('GET', `${at(group)}/nodes/${encodeURIComponent(node)}`, { ...(signal ? { signal } : {}) })

/** Forgets a runtime and ends its token. */
export const forgetNode = (group: string, node: string): Promise<void> =>
  call('DELETE', `${at(group)}/nodes/${encodeURIComponent(node)}`)

export const listVersions = (
  group: string,
  query: { offset?: string; size?: number },
  signal?: AbortSignal,
): Promise<CursorPage<Version>> =>
  call('GET', `${at(group)}/versions`, { query, ...(signal ? { signal } : {}) })

/** Traffic of a group, or of what `only` names in it. */
export const readTraffic = (
  group: string,
  range: Range,
  only: TrafficFilter = {},
  signal?: AbortSignal,
): Promise<Traffic> =>
  call('GET', `${at(group)}/traffic`, {
    query: { range, ...only },
    ...(signal ? { signal } : {}),
  })

export interface TrafficFilter {
  node?: string
  service?: string
  route?: string
  consumer?: string
}

export const makeRegistrationToken = (group: string, name: string): Promise<{ token: string }> =>
  call('POST', `${at(group)}/registration-tokens`, { body: { name } })
