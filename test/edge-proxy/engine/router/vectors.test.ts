import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildRouter } from '#engine/router/router'
import { forwardedPrefix, upstreamPath } from '#engine/router/upstream-path'
import { climbsAboveRoot } from '#model/path'
import {
  configuredRoutes,
  type DeclaredConfig,
  routerRequest,
  type VectorRequest,
} from './declared.ts'

interface Step {
  request: VectorRequest
  expect: {
    route?: string | null
    status?: number
    upstream?: { path?: string; headers?: Record<string, string | null> } | null
  }
}

interface Case {
  name: string
  config: string | DeclaredConfig
  flavors?: string[]
  gateway?: { router_flavor?: string }
  steps?: Step[]
}

interface Vectors {
  configs: Record<string, DeclaredConfig>
  cases: Case[]
}

const read = (name: string): Vectors =>
  JSON.parse(readFileSync(`test/conformance/vectors/${name}.json`, 'utf8'))

/** Cases of the flavour that the router speaks; the rest is about other flavours, or about what a config may say. */
const spoken = ({ steps, flavors, gateway }: Case): boolean =>
  steps !== undefined &&
  (flavors?.includes('traditional_compatible') ?? true) &&
  (gateway?.router_flavor ?? 'traditional_compatible') === 'traditional_compatible'

describe.each(['router', 'router-random'])('recorded answers in %s.json', (file) => {
  const { configs, cases } = read(file)
  it.each(cases.filter(spoken))('$name', ({ config, steps = [] }) => {
    const declared = typeof config === 'string' ? configs[config] : config
    const router = buildRouter(configuredRoutes(declared ?? {}))
    for (const step of steps) check(router, step)
  })
})

const check = (router: ReturnType<typeof buildRouter>, { request, expect: wanted }: Step) => {
  if (climbsAboveRoot((request.path ?? '/').split('?')[0] as string)) {
    expect(wanted.status).toBe(400)
    return
  }
  const asked = routerRequest(request)
  const match = router.match(asked)
  if (wanted.route !== undefined) {
    expect(match?.route.entity.name ?? null, JSON.stringify(request)).toBe(wanted.route)
  }
  if (wanted.status === 404) expect(match).toBeUndefined()
  if (!wanted.upstream) return
  expect(match).toBeDefined()
  if (!match) return
  const { strip_path: strip } = match.route.entity
  const { path, headers = {} } = wanted.upstream
  if (path !== undefined) {
    const base = match.route.service?.entity.path ?? null
    const { matched } = match
    expect(
      upstreamPath({ base, path: asked.normal_path, matched, strip, handling: 'v0' }),
      JSON.stringify(request),
    ).toBe(path)
  }
  const prefix = headers['x-forwarded-prefix']
  if (prefix !== undefined) expect(forwardedPrefix(match.matched, strip) ?? null).toBe(prefix)
}
