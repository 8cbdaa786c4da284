// Refuses migrations that would lose data on D1, and tables that no migration makes.
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { problemsOf } from './migration-rules.ts'

const FOLDER = 'migrations'
/** drizzle-kit takes relative paths only. */
const SCRATCH = 'dist/migrations'

const sqlFiles = (folder) => readdirSync(folder).filter((name) => name.endsWith('.sql'))

/** What drizzle-kit would still add for the schema of today. */
const missing = () => {
  rmSync(SCRATCH, { recursive: true, force: true })
  cpSync(FOLDER, SCRATCH, { recursive: true })
  const { stdout, stderr } = spawnSync(
    'drizzle-kit',
    ['generate', '--dialect', 'sqlite', '--schema', './workers/db/schema.ts', '--out', SCRATCH],
    { encoding: 'utf8', input: '' },
  )
  const known = new Set(sqlFiles(FOLDER))
  const added = sqlFiles(SCRATCH).filter((name) => !known.has(name))
  if (added.length > 0) {
    return added.map(
      (name) =>
        `the schema has changed: npm run generate would add\n${readFileSync(join(SCRATCH, name), 'utf8')}`,
    )
  }
  // It exits with 0 whatever happened.
  return stdout.includes('No schema changes') ? [] : [`drizzle-kit failed:\n${stdout}${stderr}`]
}

const problems = [
  ...sqlFiles(FOLDER).flatMap((name) =>
    problemsOf(readFileSync(join(FOLDER, name), 'utf8')).map(
      (problem) => `${FOLDER}/${name}: ${problem}`,
    ),
  ),
  ...missing(),
]
for (const problem of problems) console.error(problem)
process.exit(problems.length > 0 ? 1 : 0)
