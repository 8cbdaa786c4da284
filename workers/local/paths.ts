import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Root of the project's files. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

export const inProject = (...names: string[]): string => join(PROJECT, ...names)
