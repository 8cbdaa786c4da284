import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { startPlatform } from '../../workers/local/platform.ts'
import { PORTS, type PortName } from '../../workers/local/settings.ts'
import { launchBrowser } from '../support/browser.ts'

const PATIENCE_MS = 15_000

/** The whole platform with its demo, and a browser in front of it. */
export interface Stage {
  url: string
  node: string
  edge: string
  owner: { email: string; password: string }
  browser: Browser
  /** What no page may do: throw, or break its content security policy. */
  wrongs: string[]
  /** Calls the API with the owner's token. */
  api<T = unknown>(method: string, path: string, body?: unknown): Promise<T>
  /** A page of a browser of its own; signed in unless said otherwise. */
  open(path: string, options?: BrowserContextOptions & { signedIn?: boolean }): Promise<Page>
  close(): Promise<void>
}

export const openStage = async (): Promise<Stage> => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-browser-'))
  const home = join(folder, '.tidegate')
  const ports = await freePorts()
  const settings = { home, ports, demo: true }
  process.env.WRANGLER_SEND_METRICS = 'false'
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false'
  const [platform, browser] = await Promise.all([startPlatform(settings), launchBrowser()])
  const url = `http://127.0.0.1:${ports.control}`
  const [email = '', password = ''] = readFileSync(join(home, 'owner'), 'utf8').trim().split('\n')
  const token = readFileSync(join(home, 'admin-token'), 'utf8').trim()
  const wrongs: string[] = []

  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  const { storageState } = await signedIn(browser, url, { email, password })
  const open: Stage['open'] = async (path, { signedIn: known = true, ...options } = {}) => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      ...(known ? { storageState } : {}),
      ...options,
    })
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    page.on('pageerror', (error) => wrongs.push(`${page.url()}: ${error.message}`))
    page.on('console', (said) => {
      if (/Content Security Policy/.test(said.text())) wrongs.push(`${page.url()}: ${said.text()}`)
    })
    await page.goto(url + path)
    return page
  }
  const close = async () => {
    await browser.close()
    await platform.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    url,
    node: `http://127.0.0.1:${ports.proxy}`,
    edge: `http://127.0.0.1:${ports.edge}`,
    owner: { email, password },
    browser,
    wrongs,
    api,
    open,
    close,
  }
}

/** Asks again until it is so: for what takes its way through the platform. */
export const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + PATIENCE_MS
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what} did not happen within ${PATIENCE_MS} ms`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const signedIn = async (
  browser: Browser,
  url: string,
  owner: { email: string; password: string },
) => {
  const context = await browser.newContext()
  const answer = await context.request.post(`${url}/v2/session`, {
    data: owner,
    headers: { origin: url },
  })
  if (!answer.ok()) throw new Error(`sign-in answered ${answer.status()}`)
  const storageState = await context.storageState()
  await context.close()
  return { storageState }
}

/** Ports that nobody uses now. */
const freePorts = async (): Promise<Record<PortName, number>> => {
  const servers = Object.keys(PORTS).map((name) => ({ name, server: createServer() }))
  const found = await Promise.all(
    servers.map(
      ({ name, server }) =>
        new Promise<[string, number]>((resolve) => {
          server.listen(0, '127.0.0.1', () => {
            const address = server.address()
            resolve([name, typeof address === 'object' && address ? address.port : 0])
          })
        }),
    ),
  )
  await Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))))
  return Object.fromEntries(found) as Record<PortName, number>
}
