import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { problemsOf } from '../.ci/migration-rules.ts'

const rebuild = `
CREATE TABLE \`__new_routes\` (\`id\` text PRIMARY KEY);--> statement-breakpoint
INSERT INTO \`__new_routes\` SELECT \`id\` FROM \`routes\`;--> statement-breakpoint
DROP TABLE \`routes\`;--> statement-breakpoint
ALTER TABLE \`__new_routes\` RENAME TO \`routes\`;`

describe('a migration', () => {
  it('is refused when it rebuilds a table as drizzle-kit writes it', () => {
    expect(problemsOf(`PRAGMA foreign_keys=OFF;${rebuild}PRAGMA foreign_keys=ON;`)).toHaveLength(2)
  })

  it('may rebuild a table with foreign keys deferred', () => {
    expect(problemsOf(`PRAGMA defer_foreign_keys=ON;${rebuild}`)).toEqual([])
  })

  it('is refused when deleting a row would delete others in silence', () => {
    const sql = 'ALTER TABLE a ADD b text REFERENCES c(id) ON UPDATE no action ON DELETE cascade;'
    expect(problemsOf(sql)).toHaveLength(1)
  })

  it.each(readdirSync('migrations').filter((name) => name.endsWith('.sql')))(
    '%s keeps to the rules',
    (name) => {
      expect(problemsOf(readFileSync(`migrations/${name}`, 'utf8'))).toEqual([])
    },
  )
})
