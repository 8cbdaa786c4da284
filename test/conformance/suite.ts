import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Exception, exceptionOf, unknownExceptions } from './exceptions.ts'
import type { HostUnderTest } from './host.ts'
import { runCase } from './runner.ts'
import { type Case, readVectors } from './vectors.ts'
import { createWorld, type World } from './world.ts'

/** Reports every case of every file as a test of its own, on one host. */
export const conformance = (
  name: 'node' | 'worker',
  start: (world: World) => Promise<HostUnderTest>,
) => {
  const files = readVectors()
  const world = createWorld()
  let host: HostUnderTest

  beforeAll(async () => {
    host = await start(world)
  })
  afterAll(async () => {
    await host?.close()
    await world.close()
  })

  describe.each(files)(`${name}: $name`, (file) => {
    // Cases of like settings follow each other, so that a host is not started anew for each.
    const ordered = [...file.cases].sort((a, b) => order(a) - order(b))
    it.each(ordered)('$name', async (item) => {
      const exception = exceptionOf(name, file.name, item.name)
      const problems = await runCase(host, world, file, item)
      if (exception) expect(unlike(exception, problems)).toEqual([])
      else expect(problems).toEqual([])
    })
  })

  if (!process.env.TIDEGATE_VECTORS) {
    it('excepts only cases that there are', () => {
      expect(unknownExceptions(files)).toEqual([])
    })
  }
}

const order = (item: Case): number => (Object.keys(item.gateway).length === 0 ? 0 : 1)

/** Why an exception does not hold: the case passes after all, or fails in another way. */
const unlike = ({ shows, reason }: Exception, problems: string[]): string[] => {
  if (problems.length === 0) return [`passes, though: ${reason}`]
  if ('refused' in shows) return problems.filter((line) => !line.includes(shows.refused))
  const missing = shows.differs.filter((pattern) => !problems.some((line) => pattern.test(line)))
  const others = problems.filter((line) => !shows.differs.some((pattern) => pattern.test(line)))
  return [...missing.map((pattern) => `does not show ${pattern}`), ...others]
}
