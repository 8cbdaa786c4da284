import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { InvalidOption } from '../shared/settings.ts'
import type { Store } from '../shared/store.ts'

const REGISTRATION = 'registration.json'
const CURRENT = 'snapshot.json'
const PREVIOUS = 'snapshot.previous.json'

/**
 * Keeps registration and snapshots as files of a folder that only this user can read: the registration holds the key of
 * the group. A file is written beside, forced to disk and renamed, so that a crash leaves the old one or the new one.
 * Rejects with InvalidOption when the folder cannot be used.
 */
export const diskStore = async (home: string): Promise<Store> => {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 })
    await chmod(home, 0o700)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new InvalidOption(
      `cannot use ${home} for state (${reason}): choose another folder with --home or TIDEGATE_RUNTIME_HOME`,
    )
  }
  const at = (name: string) => join(home, name)

  const write = async (name: string, text: string, beforeRename?: () => Promise<void>) => {
    const temporary = at(`${name}.${process.pid}.new`)
    try {
      const file = await open(temporary, 'w', 0o600)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await beforeRename?.()
      await rename(temporary, at(name))
      await syncFolder(home)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }

  return {
    loadRegistration: () => read(at(REGISTRATION)),
    saveRegistration: (text) => write(REGISTRATION, text),
    loadSnapshot: (slot) => read(at(slot === 'current' ? CURRENT : PREVIOUS)),
    async saveSnapshot(text, keepCurrent) {
      await write(CURRENT, text, async () => {
        if (keepCurrent) await rename(at(CURRENT), at(PREVIOUS)).catch(unlessMissing)
      })
      // the first version has none before it: a second copy stands in, should a byte of the first go bad
      if ((await read(at(PREVIOUS))) === undefined) await write(PREVIOUS, text)
    },
  }
}

const read = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    unlessMissing(error)
    return undefined
  }
}

const unlessMissing = (error: unknown): void => {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}

/** A rename is only on disk when its folder is. */
const syncFolder = async (path: string) => {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
