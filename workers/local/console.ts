import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inProject } from './paths.ts'
import { StartRefused } from './settings.ts'

/** What the console is built from, beside its own folder. */
const SOURCES = ['console', 'edge-proxy/model', 'package-lock.json']

/** Builds the console into dist/console when it is missing or older than its sources. */
export const buildConsole = async (): Promise<void> => {
  const built = newest(inProject('dist/console/index.html'))
  if (built > 0 && SOURCES.every((source) => newest(inProject(source)) <= built)) return
  const { code, output } = await vite(['build', 'console'])
  if (code !== 0) throw new StartRefused(`the console does not build:\n${output}`)
}

/** Newest change in a file or folder, epoch milliseconds; 0 when there is none. */
const newest = (path: string): number => {
  const facts = statSync(path, { throwIfNoEntry: false })
  if (!facts) return 0
  if (!facts.isDirectory()) return facts.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
}

const vite = (args: string[]): Promise<{ code: number | null; output: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [inProject('node_modules/vite/bin/vite.js'), ...args], {
      cwd: inProject(),
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    }
    child.on('close', (code) => resolve({ code, output }))
  })
