// What a migration must not do on D1, and why.
//
// D1 ignores `PRAGMA foreign_keys=OFF`, so a table rebuild as drizzle-kit writes it (copy to `__new_x`, drop, rename) fires
// what hangs on the dropped table. With `PRAGMA defer_foreign_keys=ON` in its place nothing fires before the end.

export const problemsOf = (sql: string): string[] => {
  const problems: string[] = []
  if (/pragma\s+foreign_keys\s*=\s*(off|0|false)/i.test(sql)) {
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
