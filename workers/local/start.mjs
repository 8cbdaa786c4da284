// The door of `npm start`. Plain JavaScript that any Node can parse: the platform needs one that runs TypeScript (22.18 or
// newer), and the one that the project carries takes over when this one is older.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const carried = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url))
const entry = fileURLToPath(new URL('./start.ts', import.meta.url))

if (process.features.typescript) {
  await import('./start.ts')
} else if (existsSync(carried)) {
  const child = spawn(carried, [entry, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) =>
    process.exit(code === null ? (signal === 'SIGINT' ? 130 : 143) : code),
  )
} else {
  console.error(
    `Tidegate needs Node 22.18 or newer; this is ${process.versions.node}. ` +
      'Run `npm ci` first: on Linux it installs a Node that this command then uses.',
  )
  process.exit(1)
}
