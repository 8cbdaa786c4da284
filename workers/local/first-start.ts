import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { api, jsonBody } from './api.ts'
import type { Home } from './home.ts'
import { inProject } from './paths.ts'
import { type LocalSettings, PORTS, StartRefused } from './settings.ts'

const OWNER = { name: 'Owner', email: 'owner@tidegate.localhost' }

const Issued = z.object({ token: z.string().min(1) })

/** Whether the organization was made by an earlier start. */
export const isSetUp = (home: Home): boolean => home.read('admin-token') !== undefined

/**
 * Makes organization, owner, licence and group through the API, as anybody would, and keeps the owner's token and
 * password in the state folder. When an earlier start made them and broke off before it kept the token, the owner, whose
 * password it kept, gets another one.
 */
export const setUp = async (home: Home, url: string): Promise<void> => {
  const setupToken = home.read('setup-token')
  if (!setupToken) throw new StartRefused(`${home.path('setup-token')} is missing`)
  const password = ownerPassword(home)
  const answer = await fetch(`${url}/v2/setup`, {
    method: 'POST',
    headers: { authorization: `Bearer ${setupToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ organization: 'Demo', ...OWNER, password }),
  })
  if (answer.status === 409) home.write('admin-token', await anotherToken(home, url, password))
  else home.write('admin-token', await tokenOf(answer, 'POST /v2/setup'))
}

/** Kept before it is used, and used again by a start that follows one that broke off: nobody else knows it. */
const ownerPassword = (home: Home): string => {
  const [, held] = (home.read('owner') ?? '').split('\n')
  if (held) return held
  const password = randomBytes(12).toString('base64url')
  home.write('owner', `${OWNER.email}\n${password}`)
  return password
}

const anotherToken = async (home: Home, url: string, password: string): Promise<string> => {
  const post = (path: string, body: unknown, cookie = '') =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url, cookie },
      body: JSON.stringify(body),
    })
  const session = await post('/v2/session', { email: OWNER.email, password })
  await session.arrayBuffer()
  if (!session.ok) {
    throw new StartRefused(
      `there is an organization already, ${home.path('admin-token')} is missing, and signing in as ` +
        `${home.path('owner')} says answered ${session.status}: put the token there, or remove ${home.folder} to start anew`,
    )
  }
  const cookie = session.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const answer = await post('/v2/tokens', { name: 'first token, again' }, cookie)
  return tokenOf(answer, 'POST /v2/tokens')
}

const tokenOf = async (answer: Response, what: string): Promise<string> => {
  const text = await answer.text()
  if (!answer.ok) throw new StartRefused(`${what} answered ${answer.status}: ${text}`)
  return Issued.parse(JSON.parse(text)).token
}

/** Imports the demo once, or notes that it is not wanted. A start that broke off before does it on the next. */
export const importDemo = async (
  home: Home,
  settings: LocalSettings,
  url: string,
): Promise<void> => {
  if (home.read('demo') !== undefined) return
  if (settings.demo) {
    await api(url, home.read('admin-token') ?? '').call('POST', '/admin/default/config', {
      body: demoConfiguration(settings),
      type: 'application/yaml',
    })
  }
  home.write('demo', settings.demo ? 'yes' : 'no')
}

/** A registration token of group `default`, made once for each data plane. */
export const registrationToken = async (
  home: Home,
  url: string,
  runtime: 'edge' | 'node',
): Promise<string> => {
  const name = `${runtime}-registration-token`
  const held = home.read(name)
  if (held) return held
  const { body } = await api(url, home.read('admin-token') ?? '').call(
    'POST',
    '/v2/runtime-groups/default/registration-tokens',
    jsonBody({ name: `local ${runtime}` }),
  )
  const { token } = Issued.parse(body)
  home.write(name, token)
  return token
}

/** The demo file, calling the demo upstream where it is. */
const demoConfiguration = ({ ports }: LocalSettings): string =>
  readFileSync(inProject('workers/local/demo.yaml'), 'utf8').replaceAll(
    `127.0.0.1:${PORTS.upstream.standard}`,
    `127.0.0.1:${ports.upstream}`,
  )
