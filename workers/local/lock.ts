import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartRefused } from './settings.ts'

const LOCK = 'running'

/**
 * Takes a state folder for this process: two platforms on one folder would write into each other's database. What a process
 * that is gone left behind is taken over. Answers how to give it back. Throws StartRefused naming the process that has it.
 */
export const lockHome = (folder: string): (() => void) => {
  const path = join(folder, LOCK)
  const holder = holderOf(path)
  if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
    throw new StartRefused(
      `the state folder ${folder} is in use by process ${holder}: stop that, or set TIDEGATE_HOME to another folder`,
    )
  }
  writeFileSync(path, `${process.pid}\n`, { mode: 0o600 })
  return () => {
    if (holderOf(path) === process.pid) rmSync(path, { force: true })
  }
}

const holderOf = (path: string): number | undefined => {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
