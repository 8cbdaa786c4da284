import { expect, it } from 'vitest'
import type { Stage } from '../stage.ts'

export const signIn = (stage: () => Stage): void => {
  it('refuses a wrong password, says so, and keeps the address', async () => {
    const page = await stage().open('/', { signedIn: false })
    await page.getByLabel('Email').fill(stage().owner.email)
    await page.getByLabel('Password', { exact: true }).fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Email or password is wrong.').waitFor()
    expect(await page.getByLabel('Email').inputValue()).toBe(stage().owner.email)
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    await page.context().close()
  })

  it('says what is missing before anything is sent', async () => {
    const page = await stage().open('/sign-in', { signedIn: false })
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Enter your email address.').waitFor()
    await page.context().close()
  })

  it('works with the keyboard alone, and so does the way to a page', async () => {
    const { owner, open } = stage()
    const page = await open('/', { signedIn: false })
    await page.waitForURL('**/sign-in')
    await page.keyboard.type(owner.email)
    await page.keyboard.press('Tab')
    await page.keyboard.type(owner.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Runtime groups' }).waitFor()

    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
    const tabTo = async (text: string) => {
      for (let presses = 0; presses < 40; presses += 1) {
        if ((await focused()).trim() === text) return
        await page.keyboard.press('Tab')
      }
      throw new Error(`the keyboard does not reach ${text}`)
    }
    await tabTo('default')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Traffic' }).waitFor()
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await tabTo('Services')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Services', level: 1 }).waitFor()
    expect(await focused()).toBe('Services')

    await page.reload()
    await page.getByRole('link', { name: 'orders' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to the page')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('page')
    await page.context().close()
  })

  it('comes back to where the session ended', async () => {
    const { owner, open } = stage()
    const page = await open('/groups/default/routes?search=orders')
    await page.getByRole('link', { name: 'order-status' }).first().waitFor()
    await page.context().clearCookies()
    await page.getByRole('link', { name: 'Consumers' }).click()
    await page.getByText('Your session has ended.').waitFor()
    await page.getByLabel('Email').fill(owner.email)
    await page.getByLabel('Password', { exact: true }).fill(owner.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Consumers' }).waitFor()
    await page.getByRole('link', { name: 'demo' }).waitFor()
    await page.context().close()
  })

  it('never goes to another site afterwards', async () => {
    const { owner, open, url } = stage()
    for (const from of ['//example.com', '/\\example.com', 'https://example.com']) {
      const page = await open(`/sign-in?from=${encodeURIComponent(from)}`, { signedIn: false })
      await page.getByLabel('Email').fill(owner.email)
      await page.getByLabel('Password', { exact: true }).fill(owner.password)
      await page.keyboard.press('Enter')
      await page.waitForURL(`${url}/groups`)
      await page.context().close()
    }
  })

  it('ends with signing out', async () => {
    const { owner, open } = stage()
    const page = await open('/sign-in', { signedIn: false })
    await page.getByLabel('Email').fill(owner.email)
    await page.getByLabel('Password', { exact: true }).fill(owner.password)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    await page.goto(`${stage().url}/tokens`)
    await page.waitForURL('**/sign-in?from=%2Ftokens')
    await page.context().close()
  })
}
