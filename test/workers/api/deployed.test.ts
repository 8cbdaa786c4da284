import { env, exports } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { modules as all } from '../../../workers/modules/index.ts'

describe('the control plane as it is deployed', () => {
  const call = (path: string, init: RequestInit = {}) =>
    exports.default.fetch(`https://tidegate.test${path}`, init)

  it('is open only where somebody has to come in, and where a runtime shows a token of its own', () => {
    const open = all
      .flatMap(({ routes }) => routes)
      .filter((route) => route.public)
      .map(({ method, path }) => `${method} ${path}`)
    expect(open.sort()).toEqual([
      'DELETE /v2/session',
      'GET /runtime/v1/config',
      'GET /runtime/v1/snapshots/:root',
      'POST /runtime/v1/records',
      'POST /runtime/v1/register',
      'POST /runtime/v1/status',
      'POST /v2/session',
      'POST /v2/setup',
    ])
  })

  it('refuses every other route of every module without a token, and with one that is no good', async () => {
    const routes = all.flatMap(({ routes }) => routes).filter((route) => !route.public)
    expect(routes.length).toBeGreaterThan(300)
    for (const { method, path } of routes) {
      const url = path.replace(/:[a-z_]+/g, 'x')
      const nobody = await call(url, { method })
      const forged = await call(url, { method, headers: { authorization: 'Bearer tg_nonsense' } })
      expect([method, path, nobody.status, forged.status]).toEqual([method, path, 401, 401])
    }
  }, 60_000)

  it('lets the owner that setup made in, by either header', async () => {
    const made = await call('/v2/setup', {
      method: 'POST',
      headers: { authorization: `Bearer ${env.TIDEGATE_SETUP_TOKEN}` },
      body: JSON.stringify({
        organization: 'Acme',
        name: 'Ada',
        email: 'ada@acme.test',
        password: 'correct horse battery staple',
      }),
    })
    expect(made.status).toBe(201)
    const { token } = await made.json<{ token: string }>()
    for (const [header, value] of [
      ['authorization', `Bearer ${token}`],
      ['kong-admin-token', token],
    ] as const) {
      const headers = { [header]: value }
      const answer = await call('/admin/default/services', { headers })
      expect(await answer.json()).toEqual({ data: [], next: null })
    }
  })

  it('serves the console where there is no API', async () => {
    const answer = await call('/anything', { headers: { accept: 'text/html' } })
    expect(answer.status).not.toBe(401)
  })
})
