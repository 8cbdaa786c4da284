import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a client sends in a step. */
export interface VectorRequest {
  method?: string
  /** As sent, query included. */
  path: string
  host?: string | null
  headers?: Record<string, string | string[]>
  body?: string
  body_json?: unknown
  body_form?: Record<string, string | string[]>
  body_repeat?: { text: string; times: number }
  scheme?: 'http' | 'https'
  sni?: string
  client_ip?: string
}

/** What an upstream or collector answers instead of the echo. */
export interface Mock {
  status?: number
  headers?: Record<string, string | string[]>
  body?: string
  body_json?: unknown
  delay_ms?: number
  disconnect?: boolean
}

export type Mocks = Record<string, Mock | Mock[]>

/** What must come out; see README.md of the vectors. */
export type Expectation = Record<string, unknown>

export interface Step {
  request?: VectorRequest
  expect?: Expectation
  expect_by_flavor?: Record<string, Expectation>
  upstream_response?: Mock
  mocks?: Mocks
  config?: unknown
  wait_ms?: number
  align?: 'second'
  repeat?: number
  retry_ms?: number
  capture?: Record<string, string>
  same_target?: boolean
}

export interface Case {
  name: string
  config: unknown
  steps: Step[]
  expect_config_error: string[] | undefined
  /** Settings by kong.conf's names, those of the file included. */
  gateway: Record<string, string>
  window: string | undefined
  mocks: Mocks
}

export interface VectorFile {
  name: string
  configs: Record<string, unknown>
  cases: Case[]
}

/** The flavour of the router when a case does not say. */
export const FLAVOR = 'traditional_compatible'

/** The files that this project holds itself to. */
const own = fileURLToPath(new URL('./vectors/', import.meta.url))

/** Reads all vector files of a folder: ours, or the one that TIDEGATE_VECTORS names. */
export const readVectors = (folder = process.env.TIDEGATE_VECTORS || own): VectorFile[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => fileOf(file, JSON.parse(readFileSync(join(folder, file), 'utf8'))))

interface RawFile {
  gateway?: Record<string, unknown>
  configs?: Record<string, unknown>
  cases?: RawCase[]
  rows?: Row[]
}

interface RawCase {
  name: string
  config: unknown
  steps?: Step[]
  expect_config_error?: string | string[]
  gateway?: Record<string, unknown>
  flavors?: string[]
  window?: string
  mocks?: Mocks
}

const fileOf = (name: string, raw: RawFile): VectorFile => ({
  name,
  configs: raw.configs ?? {},
  cases: [...(raw.cases ?? []).map((item) => caseOf(item, raw)), ...(raw.rows ?? []).map(rowCase)],
})

const caseOf = (raw: RawCase, file: RawFile): Case => ({
  name: raw.name,
  config: raw.config,
  steps: raw.steps ?? [],
  expect_config_error:
    raw.expect_config_error === undefined ? undefined : [raw.expect_config_error].flat(),
  gateway: Object.fromEntries(
    Object.entries({
      // A case that does not hold under our flavour is run under the one that it holds for.
      ...(raw.flavors && !raw.flavors.includes(FLAVOR) ? { router_flavor: raw.flavors[0] } : {}),
      ...file.gateway,
      ...raw.gateway,
    }).map(([key, value]) => [key, String(value)]),
  ),
  window: raw.window,
  mocks: raw.mocks ?? {},
})

/** One row of the table of path handling. */
interface Row {
  id: string
  service_path: string | null
  route_path: string | null
  strip_path: boolean
  path_handling: string
  request_path: string
  upstream_path: string
  upstream_path_traditional_compatible?: string
}

const rowCase = (row: Row): Case => ({
  name: row.id,
  config: {
    _format_version: '3.0',
    services: [
      {
        name: 'echo',
        protocol: 'http',
        host: 'echo.test',
        port: 80,
        ...(row.service_path ? { path: row.service_path } : {}),
        routes: [
          {
            name: 'r',
            hosts: ['ph.test'],
            strip_path: row.strip_path,
            path_handling: row.path_handling,
            ...(row.route_path === null ? {} : { paths: [row.route_path] }),
          },
        ],
      },
    ],
  },
  steps: [
    {
      request: { method: 'GET', path: row.request_path, host: 'ph.test' },
      expect: {
        upstream: { path: row.upstream_path_traditional_compatible ?? row.upstream_path },
      },
    },
  ],
  expect_config_error: undefined,
  gateway: {},
  window: undefined,
  mocks: {},
})
