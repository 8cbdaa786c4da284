// Refuses migrations that would lose data on D1, and tables that no migration makes.
//
// D1 ignores `PRAGMA foreign_keys=OFF`, so a table rebuild as drizzle-kit writes it (copy to `__new_x`, drop, rename) fires
// what hangs on the dropped table. With `PRAGMA defer_foreign_keys=ON` in its place nothing fires before the end.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const FOLDER = 'migrations'

export const problemsOf = (sql) => {
  const problems = []
  if (/pragma\s+foreign_keys\s*=\s*(off|0)/i.test(sql)) {
    problems.push('foreign_keys=OFF does nothing on D1; use PRAGMA defer_foreign_keys=ON')
  }
  if (/__new_/.test(sql) && !/pragma\s+defer_foreign_keys\s*=\s*(on|true|1)/i.test(sql)) {
    problems.push('rebuilds a table without PRAGMA defer_foreign_keys=ON')
  }
  if (/on\s+delete\s+cascade/i.test(sql)) {
    problems.push('ON DELETE CASCADE: cascades are statements of the batch that deletes')
  }
  return problems
}

const sqlFiles = (folder) => readdirSync(folder).filter((name) => name.endsWith('.sql'))

/** What drizzle-kit would still add for the schema of today. */
const missing = () => {
  const scratch = mkdtempSync(join(tmpdir(), 'tidegate-migrations-'))
  try {
    cpSync(FOLDER, scratch, { recursive: true })
    const { status, stdout, stderr } = spawnSync(
      'drizzle-kit',
      ['generate', '--dialect', 'sqlite', '--schema', './workers/db/schema.ts', '--out', scratch],
      { encoding: 'utf8', input: '' },
    )
    if (status !== 0) return [`drizzle-kit failed:\n${stdout}${stderr}`]
    const known = new Set(sqlFiles(FOLDER))
    return sqlFiles(scratch)
      .filter((name) => !known.has(name))
      .map(
        (name) =>
          `the schema has changed: npm run generate would add\n${readFileSync(join(scratch, name), 'utf8')}`,
      )
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
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
