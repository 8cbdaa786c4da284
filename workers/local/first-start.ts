import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { api, jsonBody } from './api.ts'
import type { Home } from './home.ts'
import { inProject } from './paths.ts'
import { type LocalSettings, PORTS, StartRefused } from './settings.ts'

const OWNER = { name: 'Owner', email: 'owner@tidegate.localhost' }

const SetUp = z.object({ token: z.string().min(1) })
const Issued = z.object({ token: z.string().min(1) })

/** Whether the organization was made by an earlier start. */
export const isSetUp = (home: Home): boolean => home.read('admin-token') !== undefined

/**
 * Makes organization, owner, licence and group through the API, as anybody would, and keeps the owner's token and
 * password in the state folder.
 */
export const setUp = async (home: Home, url: string): Promise<void> => {
  const setupToken = home.read('setup-token')
  if (!setupToken) throw new StartRefused(`${home.path('setup-token')} is missing`)
  const password = randomBytes(12).toString('base64url')
  // Kept before it is used: an owner whose password nobody knows could not be made again.
  home.write('owner', `${OWNER.email}\n${password}`)
  const { body } = await api(url, setupToken).call(
    'POST',
    '/v2/setup',
    jsonBody({ organization: 'Demo', ...OWNER, password }),
  )
  home.write('admin-token', SetUp.parse(body).token)
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
