import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockHome } from '../../workers/local/lock.ts'
import { stopsOf } from '../../workers/local/stops.ts'

describe('a start that is broken off', () => {
  it('ends what was started, and what is started afterwards', async () => {
    const ended: string[] = []
    const stops = stopsOf()
    stops.add(() => ended.push('first'))
    const stopped = stops.all()
    stops.add(async () => ended.push('late'))
    await stopped
    await stops.all()
    expect(ended).toEqual(['first', 'late'])
  })

  it('ends nothing twice', async () => {
    let times = 0
    const stops = stopsOf()
    stops.add(() => times++)
    await Promise.all([stops.all(), stops.all()])
    expect(times).toBe(1)
  })
})

describe('the lock of a state folder', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidegate-lock-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('keeps a second platform out and names the first', () => {
    writeFileSync(join(folder, 'running'), String(process.ppid))
    expect(() => lockHome(folder)).toThrow(
      `the state folder ${folder} is in use by process ${process.ppid}: stop that, or set TIDEGATE_HOME to another folder`,
    )
  })

  it('is taken over from a process that is gone, and given back', () => {
    writeFileSync(join(folder, 'running'), '4194305')
    const release = lockHome(folder)
    expect(readFileSync(join(folder, 'running'), 'utf8')).toBe(`${process.pid}\n`)
    release()
    expect(() => readFileSync(join(folder, 'running'))).toThrow('ENOENT')
  })
})
