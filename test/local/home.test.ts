import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openHome } from '../../workers/local/home.ts'
import { StartRefused } from '../../workers/local/settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-home-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a state folder', () => {
  it.each(['file', 'file/below'])('that cannot be (%s) is named, with what moves it', (name) => {
    writeFileSync(join(folder, 'file'), '')
    const path = join(folder, name)
    expect(() => openHome(path)).toThrow(StartRefused)
    expect(() => openHome(path)).toThrow(
      new RegExp(`${path} cannot be written \\(E\\w+\\): set TIDEGATE_HOME`),
    )
  })
})
