import { exports } from 'cloudflare:workers'
import { expect, it } from 'vitest'

it('says that it is well', async () => {
  const answer = await exports.default.fetch('http://tidegate.test/health')
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ status: 'ok', database: true })
})
