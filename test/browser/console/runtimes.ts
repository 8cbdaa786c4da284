import { expect, it } from 'vitest'
import { type Stage, until } from '../stage.ts'

interface Registered {
  node_id: string
  token: string
}

export const runtimes = (stage: () => Stage): void => {
  /** A runtime of nobody's: registers and reports as a real one does. */
  const register = async (token: string, hostname: string): Promise<Registered> => {
    const answer = await fetch(`${stage().url}/runtime/v1/register`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ hostname, version: '0.1.0', host: 'node' }),
    })
    expect(answer.status).toBe(201)
    return (await answer.json()) as Registered
  }

  it('shows both data planes connected and in step with the current version', async () => {
    const page = await stage().open('/groups/default')
    await page.getByText('On 2 of 2 connected runtimes').waitFor()
    await page.getByText('In sync').nth(1).waitFor()
    expect(await page.getByRole('cell', { name: 'Connected' }).count()).toBe(2)
    expect(await page.getByText('In sync').count()).toBe(2)
    await page.context().close()
  })

  it('counts the requests that go through either data plane', async () => {
    const page = await stage().open('/groups/default')
    const figure = (label: string) =>
      page.locator('dl > div', { has: page.locator(`dt:text-is("${label}")`) }).locator('dd')
    await figure('Requests').waitFor()
    const before = Number((await figure('Requests').textContent())?.replace(',', ''))
    for (let sent = 0; sent < 10; sent += 1) {
      await fetch(`${stage().node}/catalogue`).then((answer) => answer.arrayBuffer())
      await fetch(`${stage().edge}/no-such-route`).then((answer) => answer.arrayBuffer())
    }
    await until('they are counted', async () => {
      const now = Number((await figure('Requests').textContent())?.replace(',', ''))
      return now >= before + 20
    })
    expect(await figure('p95').textContent()).toMatch(/^\d+(\.\d+)? m?s$/)
    const chart = page.getByRole('img', { name: /requests in the last 15 minutes/ })
    expect(await chart.getAttribute('aria-label')).toMatch(/\d+ 2xx, .*[1-9]\d* 4xx/)
    await page.getByText('1h', { exact: true }).click()
    await page.getByText('Requests each minute').waitFor()
    await page.context().close()
  })

  it('makes a token and the command for it, and sees the runtime come', async () => {
    const page = await stage().open('/groups/default/runtimes/add')
    await page.getByRole('button', { name: 'Make a token' }).click()
    const token = (await page.locator('pre').first().textContent()) ?? ''
    expect(token).toMatch(/^tgr_/)
    const command = (await page.locator('pre').nth(1).textContent()) ?? ''
    expect(command).toContain(`TIDEGATE_CONTROL_PLANE=${stage().url}`)
    expect(command).toContain(`TIDEGATE_REGISTRATION_TOKEN=${token}`)
    await page.getByText('Edge Worker').click()
    await page.getByText('wrangler secret put TIDEGATE_REGISTRATION_TOKEN').waitFor()
    await page.getByText('Waiting for the runtime').waitFor()
    await register(token, 'newcomer')
    await page.getByText('has registered.').waitFor()
    await page.getByRole('link', { name: 'newcomer' }).click()
    await page.getByRole('heading', { name: 'newcomer' }).waitFor()
    await page.context().close()
  })

  it('says on its page why a runtime refused a version, entity by entity', async () => {
    const made = await stage().api<{ token: string }>(
      'POST',
      '/v2/runtime-groups/default/registration-tokens',
      { name: 'refusing' },
    )
    const { data } = await stage().api<{ data: { id: string }[] }>(
      'GET',
      '/admin/default/routes?size=1',
    )
    const { node_id, token } = await register(made.token, 'refusing')
    const at = new Date().toISOString()
    const answer = await fetch(`${stage().url}/runtime/v1/status`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        version: 1,
        root: null,
        applied_at: null,
        hostname: 'refusing',
        runtime_version: '0.1.0',
        host: 'node',
        started_at: at,
        records_dropped: 0,
        refused: {
          version: 2,
          at,
          reason: 'one entity does not compile',
          entities: [{ kind: 'routes', id: data[0]?.id, message: 'paths: invalid expression' }],
        },
        warnings: [],
      }),
    })
    expect(answer.status).toBe(204)
    const page = await stage().open('/groups/default/runtimes')
    await page
      .getByRole('row', { name: /refusing/ })
      .getByText('Refused version 2')
      .waitFor()
    await page.getByRole('link', { name: 'refusing' }).click()
    await page.getByText('one entity does not compile').waitFor()
    await page.getByText('paths: invalid expression').waitFor()
    expect(new URL(page.url()).pathname).toBe(`/groups/default/runtimes/${node_id}`)
    await page.getByRole('button', { name: 'Forget' }).click()
    await page.getByRole('button', { name: 'Forget runtime' }).click()
    await page.getByText('refusing was forgotten.').waitFor()
    await page.context().close()
  })

  it('lists what was published, by whom and what it held', async () => {
    const page = await stage().open('/groups/default/versions')
    const current = page.getByRole('row', { name: /current/ })
    await current.waitFor()
    expect(await current.textContent()).toMatch(/\d+ services, \d+ routes/)
    await page.getByRole('row', { name: /Owner/ }).first().waitFor()
    await page.context().close()
  })

  it('says what went wrong and tries again when the control plane does not answer', async () => {
    const page = await stage().open('/groups/default/consumers')
    await page.getByRole('link', { name: 'demo' }).waitFor()
    await page.route('**/core-entities/services*', (route) => route.abort())
    await page.getByRole('link', { name: 'Services' }).click()
    await page.getByText('The control plane cannot be reached.').waitFor()
    await page.unroute('**/core-entities/services*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('link', { name: 'orders' }).waitFor()
    await page.context().close()
  })

  it('keeps what it knows while the control plane is away, and says that it may be old', async () => {
    const page = await stage().open('/groups/default/runtimes')
    await page.getByRole('link', { name: 'edge' }).waitFor()
    await page.route('**/nodes*', (route) => route.abort())
    await page.getByText('This may be out of date').waitFor()
    expect(await page.getByRole('link', { name: 'edge' }).count()).toBe(1)
    await page.unroute('**/nodes*')
    await page.getByText('This may be out of date').waitFor({ state: 'detached' })
    await page.context().close()
  })
}
