/// <reference types="vite/types/importMeta.d.ts" />
import { beforeAll, describe, expect, it } from 'vitest'
import { exceptionOf } from '../conformance/admin/exceptions.ts'
import { type AdminFile, runCase, type Send } from '../conformance/admin/runner.ts'
import { newWorld, type World } from './api/world.ts'

const files = import.meta.glob<AdminFile>('../conformance/vectors/admin/*.json', {
  eager: true,
  import: 'default',
})

let world: World
let count = 0

beforeAll(async () => {
  world = await newWorld()
})

/** A group of its own for each case: nothing is configured in it. */
const freshGroup = async (): Promise<Send> => {
  const { name } = await world.newGroup(`case-${++count}`)
  return async (method, path, { headers, text }) => {
    const answer = await world.call(method, `/admin/${name}${path}`, {
      headers,
      ...(text !== undefined && { raw: text }),
    })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
}

describe.each(Object.entries(files))('%s', (path, { cases }) => {
  const file = path.slice(path.lastIndexOf('/') + 1)

  it.each(cases.map((item) => [item.name, item] as const))('%s', async (name, item) => {
    const problems = await runCase(item, await freshGroup())
    const reason = exceptionOf(file, name)
    if (reason === undefined) expect(problems).toEqual([])
    else expect(problems, `it is as recorded now: ${reason}`).not.toEqual([])
  })
})
