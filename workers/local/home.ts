import { randomBytes } from 'node:crypto'
import { accessSync, constants, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartRefused } from './settings.ts'

/** The state folder: secrets and tokens as files of mode 0600, and folders for what the parts keep. */
export interface Home {
  readonly folder: string
  path(...names: string[]): string
  read(name: string): string | undefined
  /** Replaces a file in one step, readable by its owner only. */
  write(name: string, text: string): void
  /** What the file holds, or what is made and kept now. */
  secret(name: string, make: () => string): string
}

/** Throws StartRefused when the folder cannot be made or written. */
export const openHome = (folder: string): Home => {
  try {
    for (const part of ['', 'state', 'logs', 'runtime']) {
      mkdirSync(join(folder, part), { recursive: true, mode: 0o700 })
    }
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw new StartRefused(
      `the state folder ${folder} cannot be written (${(error as NodeJS.ErrnoException).code}): ` +
        'set TIDEGATE_HOME to another one',
    )
  }
  const path = (...names: string[]) => join(folder, ...names)

  const read = (name: string): string | undefined => {
    try {
      return readFileSync(path(name), 'utf8').trim()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  const write = (name: string, text: string) => {
    const fresh = path(`${name}.new`)
    writeFileSync(fresh, `${text}\n`, { mode: 0o600 })
    renameSync(fresh, path(name))
  }

  return {
    folder,
    path,
    read,
    write,
    secret(name, make) {
      const held = read(name)
      if (held) return held
      const made = make()
      write(name, made)
      return made
    },
  }
}

/** 32 random bytes, base64url. */
export const randomSecret = (): string => randomBytes(32).toString('base64url')
