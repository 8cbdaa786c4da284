import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appearance } from './console/appearance.ts'
import { configuration } from './console/configuration.ts'
import { organization } from './console/organization.ts'
import { runtimes } from './console/runtimes.ts'
import { signIn } from './console/sign-in.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage?.close())

/** One platform for all of them: it takes longer to start than any of them to run. */
describe('the console', () => {
  describe('signing in', () => signIn(() => stage))
  describe('configuration', () => configuration(() => stage))
  describe('runtimes and traffic', () => runtimes(() => stage))
  describe('the organization', () => organization(() => stage))
  describe('how it looks', () => appearance(() => stage))

  it('threw nothing and kept its content security policy through all of it', async () => {
    const answer = await fetch(`${stage.url}/groups`)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(stage.wrongs).toEqual([])
  })
})
