import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { selfSigned } from '#hosts/node/wire/self-signed'
import { type Stage, until } from '../stage.ts'

const statusOf = async (url: string, headers: Record<string, string> = {}): Promise<number> => {
  const answer = await fetch(url, { headers })
  await answer.arrayBuffer()
  return answer.status
}

interface Listed {
  data: { id: string; name: string | null; [field: string]: unknown }[]
}

export const configuration = (stage: () => Stage): void => {
  const admin = <T = Listed>(method: string, path: string, body?: unknown) =>
    stage().api<T>(method, `/admin/default${path}`, body)
  const upstream = async () => {
    const [first] = (await admin('GET', '/services')).data
    return { host: String(first?.host), port: String(first?.port) }
  }
  const act = async (page: Page, row: string, action: string) => {
    await page.getByRole('button', { name: `Actions for ${row}`, exact: true }).click()
    await page.getByRole('menuitem', { name: action }).click()
  }

  it('makes a service and its route through forms, and both data planes serve them', async () => {
    const { host, port } = await upstream()
    const page = await stage().open('/groups/default/services')
    await page.getByRole('link', { name: 'New service' }).click()
    await page.getByLabel('Name').fill('made-here')
    await page.getByLabel('Host', { exact: false }).fill(host)
    await page.getByLabel('Port').fill(port)
    await page.getByLabel('Tags').fill('browser')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Create service' }).click()
    await page.getByRole('heading', { name: 'made-here' }).waitFor()
    await page.getByRole('link', { name: 'Add a route' }).click()
    await page.getByLabel('Name').fill('made-here')
    const service = page.getByRole('combobox', { name: 'Service' })
    await until('it is picked', async () => (await service.inputValue()) === 'made-here')
    await page.getByLabel('Paths').fill('/made-here')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Create route' }).click()
    await page.getByRole('cell', { name: '/made-here' }).waitFor()
    for (const plane of [stage().node, stage().edge]) {
      await until(`${plane} serves it`, async () => (await statusOf(`${plane}/made-here`)) === 200)
    }
    await page.context().close()
  })

  it('shows the problems of the API at their fields, nested ones too', async () => {
    const page = await stage().open('/groups/default/upstreams/new')
    await page.getByRole('button', { name: 'More options' }).click()
    await page.getByLabel('Slots').fill('3')
    await page.getByRole('button', { name: /^Healthchecks/ }).click()
    await page.getByRole('button', { name: /^Active/ }).click()
    await page.getByLabel('Concurrency').fill('many')
    // Closed again, it must open by itself.
    await page.getByRole('button', { name: /^Healthchecks/ }).click()
    await page.getByRole('button', { name: 'Create upstream' }).click()
    await page.getByText('3 things need attention').waitFor()
    const problemAt = (path: string) => page.locator(`#field-${path}-problem`).textContent()
    expect(await problemAt('name')).toBe('Required field missing.')
    expect(await problemAt('slots')).toBe('Value should be between 10 and 65536.')
    expect(await problemAt('healthchecks-active-concurrency')).toContain('integer')
    await page.getByRole('button', { name: 'Name', exact: true }).click()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('field-name')
    await page.context().close()
  })

  it('adds a plugin to a route, and the data planes obey it', async () => {
    const page = await stage().open('/groups/default/plugins/new')
    await page.getByRole('link', { name: /^Request termination/ }).click()
    await page.getByRole('combobox', { name: 'Route' }).fill('made')
    await page.getByRole('option', { name: 'made-here' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByLabel('Status code').fill('99')
    await page.getByRole('button', { name: 'Add plugin' }).click()
    await page.locator('#field-config-status_code-problem').waitFor()
    await page.getByLabel('Status code').fill('410')
    await page.getByRole('button', { name: 'Add plugin' }).click()
    await page.getByRole('heading', { name: 'Plugins', level: 1 }).waitFor()
    await page.getByRole('link', { name: 'request-termination' }).waitFor()
    await until('410', async () => (await statusOf(`${stage().node}/made-here`)) === 410)
    await page.context().close()
  })

  it('disables a plugin from its row', async () => {
    const page = await stage().open('/groups/default/plugins')
    await act(page, 'request-termination', 'Disable')
    await page.getByText('is now disabled').waitFor()
    await until('200 again', async () => (await statusOf(`${stage().node}/made-here`)) === 200)
    await page.context().close()
  })

  it('will not delete what is in use, and says what uses it', async () => {
    const page = await stage().open('/groups/default/services')
    await act(page, 'made-here', 'Delete')
    await page.getByText('made-here is still in use').waitFor()
    await page.getByText('1 route:').waitFor()
    expect(await page.getByRole('button', { name: 'Delete service' }).count()).toBe(0)
    await page.context().close()
  })

  it('names what goes with a deletion, and Undo brings all of it back as it was', async () => {
    const before = await admin<{ id: string }>('GET', '/routes/made-here')
    const plugins = await admin('GET', '/routes/made-here/plugins')
    const page = await stage().open('/groups/default/routes')
    await act(page, 'made-here', 'Delete')
    await page.getByText('1 plugin:').waitFor()
    await page.getByRole('button', { name: 'Delete route' }).click()
    await page.getByText('made-here was deleted.').waitFor()
    expect(await statusOfRoute()).toBe(404)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('made-here is back.').waitFor()
    expect(await admin('GET', '/routes/made-here')).toMatchObject({ id: before.id })
    expect((await admin('GET', '/routes/made-here/plugins')).data).toMatchObject([
      { id: plugins.data[0]?.id, enabled: false, config: plugins.data[0]?.config },
    ])
    await page.context().close()
  })
  const statusOfRoute = () =>
    admin('GET', '/routes/made-here').then(
      () => 200,
      (error: Error) => Number(/: (\d{3})/.exec(error.message)?.[1]),
    )

  it('changes a service and keeps what it did not show', async () => {
    const page = await stage().open('/groups/default/services')
    await page.getByRole('link', { name: 'made-here' }).click()
    await page.getByRole('link', { name: 'Edit' }).click()
    await page.getByLabel('Path').fill('/elsewhere')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('made-here was saved.').waitFor()
    expect(await admin('GET', '/services/made-here')).toMatchObject({
      path: '/elsewhere',
      tags: ['browser'],
      retries: 5,
    })
    await page.context().close()
  })

  it('finds by text and by tag, and goes through pages', async () => {
    for (let number = 10; number < 40; number += 1) {
      await admin('POST', '/consumers', {
        username: `person-${number}`,
        tags: [number % 2 === 0 ? 'even' : 'odd'],
      })
    }
    const page = await stage().open('/groups/default/consumers')
    const rows = page.locator('tbody tr')
    const first = () => rows.first().getByRole('link').first().textContent()
    await page.getByRole('link', { name: 'person-10' }).waitFor()
    expect(await rows.count()).toBe(25)
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByRole('link', { name: 'person-39' }).waitFor()
    await page.getByRole('button', { name: 'Previous' }).click()
    await page.getByRole('link', { name: 'person-10' }).waitFor()
    await page.getByLabel('Search consumers').fill('person-3')
    await until('ten are left', async () => (await rows.count()) === 10)
    expect(await first()).toBe('person-30')
    await page.getByLabel('Filter by tag').fill('odd')
    await page.keyboard.press('Enter')
    await until('five are left', async () => (await rows.count()) === 5)
    expect(new URL(page.url()).search).toBe('?search=person-3&tags=odd')
    await page.getByRole('button', { name: 'Remove the filter odd' }).click()
    await until('ten again', async () => (await rows.count()) === 10)
    await page.getByLabel('Search consumers').fill('nobody')
    await page.getByText('Nothing matches').waitFor()
    await page.context().close()
  })

  it('gives a consumer a key that opens the door, hidden until asked for', async () => {
    const page = await stage().open('/groups/default/consumers?search=person-11')
    await page.getByRole('link', { name: 'person-11' }).click()
    await page.getByLabel('A key of your own (optional)').fill('key-from-the-console')
    await page.getByRole('button', { name: 'Add key' }).click()
    await page.getByText('The key was added.').waitFor()
    expect(await page.getByText('key-from-the-console').count()).toBe(0)
    await page.getByRole('button', { name: 'Show key' }).click()
    await page.getByText('key-from-the-console').waitFor()
    const headers = { apikey: 'key-from-the-console' }
    await until('200', async () => (await statusOf(`${stage().node}/orders`, headers)) === 200)
    await page.getByLabel('Name of a group').fill('internal')
    await page.getByRole('button', { name: 'Add to group' }).click()
    await page.getByText('The consumer is now in the group.').waitFor()
    await page.context().close()
  })

  it('names a certificate by its host names, and Undo brings those back with it', async () => {
    const { cert, key } = selfSigned('secure.example.com')
    const page = await stage().open('/groups/default/certificates')
    await page.getByRole('link', { name: 'New certificate' }).click()
    await page.locator('#field-cert').fill(cert)
    await page.locator('#field-key').fill(key)
    expect(await page.locator('#field-key').evaluate(isMasked)).toBe(true)
    await page.getByRole('button', { name: 'Create certificate' }).click()
    await page.getByRole('link', { name: 'Add an SNI' }).click()
    await page.getByLabel('Name').fill('secure.example.com')
    await page.getByRole('button', { name: 'Create SNI' }).click()
    await page.getByRole('cell', { name: 'secure.example.com', exact: true }).waitFor()
    const [before] = (await admin('GET', '/snis')).data

    await page.getByRole('link', { name: 'Certificates' }).first().click()
    await act(page, 'secure.example.com', 'Delete')
    await page.getByText('1 SNI:').waitFor()
    await page.getByRole('button', { name: 'Delete certificate' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('secure.example.com is back.').waitFor()
    expect((await admin('GET', '/snis')).data).toMatchObject([
      { id: before?.id, name: 'secure.example.com', certificate: before?.certificate },
    ])
    await page.context().close()
  })
  const isMasked = (element: Element) =>
    getComputedStyle(element).getPropertyValue('-webkit-text-security') === 'disc'

  it('teaches what to do where there is nothing yet', async () => {
    const page = await stage().open('/groups/default/upstreams')
    await page.getByText('No upstreams yet').waitFor()
    expect(await page.locator('pre').textContent()).toContain(
      `curl ${stage().url}/admin/default/upstreams`,
    )
    await page.getByRole('link', { name: 'Add an upstream' }).click()
    await page.getByRole('heading', { name: 'New upstream' }).waitFor()
    await page.context().close()
  })
}
