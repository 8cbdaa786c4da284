import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { Stage } from '../stage.ts'

const group = '/groups/default'

/** Every screen: its address, and a text that shows that it has loaded. */
const screens: [path: string, heading: string][] = [
  ['/groups', 'Runtime groups'],
  [group, 'Traffic'],
  [`${group}/services`, 'Services'],
  [`${group}/services/new`, 'New service'],
  [`${group}/routes`, 'Routes'],
  [`${group}/routes/new`, 'More options'],
  [`${group}/consumers`, 'Consumers'],
  [`${group}/plugins`, 'Plugins'],
  [`${group}/plugins/new`, 'New plugin'],
  [`${group}/plugins/new/rate-limiting`, 'Rate limiting'],
  [`${group}/upstreams`, 'No upstreams yet'],
  [`${group}/certificates`, 'Certificates'],
  [`${group}/runtimes`, 'Runtimes'],
  [`${group}/runtimes/add`, 'Add a runtime'],
  [`${group}/versions`, 'Versions'],
  ['/tokens', 'API tokens'],
]

/** Goes there within the page, as a click on a link would. */
const visit = async (page: Page, stage: Stage, [path, heading]: [string, string]) => {
  await page.goto(stage.url + path)
  await page.getByRole('heading', { name: heading }).first().waitFor()
  await page.locator('[role=status].card').waitFor({ state: 'detached' })
}

const violations = async (page: Page): Promise<string[]> => {
  const { violations: found } = await new AxeBuilder({ page }).analyze()
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
}

export const appearance = (stage: () => Stage): void => {
  it.each(['light', 'dark'] as const)(
    'has no serious barrier on any screen in %s',
    async (scheme) => {
      const page = await stage().open('/groups', { colorScheme: scheme })
      for (const screen of screens) {
        await visit(page, stage(), screen)
        expect(await violations(page), screen[0]).toEqual([])
      }
      await page.context().close()
    },
  )

  it('has no serious barrier in dialogs, menus, pickers and forms with problems', async () => {
    const page = await stage().open(`${group}/services`)
    await page.getByRole('button', { name: 'Actions for orders' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByText('orders is still in use').waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const back = page.locator('button:focus')
    expect(await back.getAttribute('aria-label')).toBe('Actions for orders')
    await page.goto(`${stage().url}${group}/routes/new`)
    await page.getByRole('button', { name: 'Create route' }).click()
    await page.getByText('One thing needs attention').waitFor()
    await page.getByRole('combobox', { name: 'Service' }).click()
    await page.getByRole('option', { name: 'orders' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.context().close()
  })

  it('is dark when the system is, until somebody says otherwise; that is remembered', async () => {
    const page = await stage().open('/tokens', { colorScheme: 'dark' })
    await page.getByRole('heading', { name: 'API tokens' }).waitFor()
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const dark = await ground()
    await page.getByTitle('Light').click()
    expect(await ground()).not.toBe(dark)
    const light = await ground()
    await page.reload()
    expect(await ground()).toBe(light)
    await page.getByTitle('As the system').click()
    expect(await ground()).toBe(dark)
    await page.context().close()
  })

  it('fits a screen of 390 pixels, whatever the names', async () => {
    const name = `a-service-with-a-name-that-some-pipeline-made-${'0123456789'.repeat(5)}`
    const made = await stage().api<{ id: string }>('POST', '/admin/default/services', {
      name,
      host: `${'long.'.repeat(12)}example.com`,
      tags: ['one-rather-long-tag', 'another-rather-long-tag', 'third'],
    })
    const page = await stage().open('/groups', { viewport: { width: 390, height: 844 } })
    const all: [string, string][] = [
      ...screens,
      [`${group}/services/${made.id}?tab=settings`, name],
    ]
    for (const screen of all) {
      await visit(page, stage(), screen)
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(over, screen[0]).toBe(0)
    }
    await page.context().close()
  })

  it('has its navigation in a drawer there, which Escape closes', async () => {
    const page = await stage().open(`${group}/services`, { viewport: { width: 390, height: 844 } })
    const opener = page.getByRole('button', { name: 'Open navigation' })
    await opener.click()
    await page.getByRole('dialog').getByRole('link', { name: 'Routes' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true)
    await opener.click()
    await page.getByRole('dialog').getByRole('link', { name: 'Routes' }).click()
    await page.getByRole('heading', { name: 'Routes' }).waitFor()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.context().close()
  })
}
