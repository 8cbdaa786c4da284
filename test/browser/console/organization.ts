import { expect, it } from 'vitest'
import type { Stage } from '../stage.ts'

export const organization = (stage: () => Stage): void => {
  it('makes, renames and deletes a group; deleting asks for its name', async () => {
    const page = await stage().open('/groups')
    await page.getByRole('button', { name: 'New group' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('default')
    await page.getByRole('button', { name: 'Create group' }).click()
    await page.getByText('Already taken.').waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('staging')
    await page.getByRole('button', { name: 'Create group' }).click()
    await page.getByRole('link', { name: 'staging' }).waitFor()

    await page.getByRole('button', { name: 'Actions for staging' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('production')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('link', { name: 'production' }).click()
    await page.getByText('First steps').waitFor()
    await page.getByRole('link', { name: 'Add a service' }).waitFor()

    await page.goto(`${stage().url}/groups`)
    await page.getByRole('button', { name: 'Actions for production' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    const confirm = page.getByRole('button', { name: 'Delete group' })
    expect(await confirm.isDisabled()).toBe(true)
    await page.getByLabel('Type production to confirm.').fill('production')
    await confirm.click()
    await page.getByText('production was deleted.').waitFor()
    expect(await page.getByRole('link', { name: 'production' }).count()).toBe(0)
    await page.context().close()
  })

  it('shows a token once; it works until it is revoked', async () => {
    const page = await stage().open('/tokens')
    await page.getByRole('button', { name: 'New token' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('pipeline')
    await page.getByLabel('Role').selectOption('viewer')
    await page.getByRole('button', { name: 'Make token' }).click()
    const token = (await page.locator('pre').textContent()) ?? ''
    expect(token).toMatch(/^tg_/)
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('row', { name: /pipeline/ }).waitFor()
    expect(await page.getByText(token).count()).toBe(0)
    const ask = async (method: string) => {
      const answer = await fetch(`${stage().url}/admin/default/services`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(method === 'GET' ? {} : { body: '{"host":"a.example"}' }),
      })
      return answer.status
    }
    expect([await ask('GET'), await ask('POST')]).toEqual([200, 403])
    await page.getByRole('button', { name: 'Revoke pipeline' }).click()
    await page.getByRole('button', { name: 'Revoke token' }).click()
    await page.getByText('pipeline was revoked.').waitFor()
    expect(await ask('GET')).toBe(401)
    await page.context().close()
  })

  it('offers somebody who may only look nothing to change', async () => {
    const page = await stage().open('/sign-in')
    await page.route('**/v2/session', async (route) => {
      const answer = await route.fetch()
      const who = await answer.json()
      await route.fulfill({ json: { ...who, user: { ...who.user, role: 'viewer' } } })
    })
    await page.goto(`${stage().url}/groups/default/services`)
    await page.getByRole('button', { name: 'Actions for orders' }).click()
    const items = page.getByRole('menuitem')
    await items.first().waitFor()
    expect(await items.allTextContents()).toEqual(['Copy id'])
    await page.keyboard.press('Escape')
    expect(await page.getByRole('link', { name: /^(New|Add|Edit)/ }).count()).toBe(0)
    await page.getByRole('link', { name: 'orders' }).click()
    await page.getByRole('heading', { name: 'orders' }).waitFor()
    expect(await page.getByRole('link', { name: /^(New|Add|Edit)/ }).count()).toBe(0)
    await page.context().close()
  })
}
