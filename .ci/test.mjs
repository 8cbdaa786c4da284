// `npm test`: types and lint first, then the test projects, one after another: some start whole platforms and would
// disturb each other on a small machine. Writes dist/test-results/summary and prints it as the last line.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/** Projects of vitest.config.ts that may run beside each other. */
const GROUPS = [['unit', 'console'], ['workers'], ['conformance'], ['node'], ['browser']]
const RESULTS = 'dist/test-results'

process.env.WRANGLER_SEND_METRICS = 'false'
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false'

const run = (command, args) => spawnSync(command, args, { stdio: 'inherit' }).status === 0

rmSync(RESULTS, { recursive: true, force: true })
mkdirSync(RESULTS, { recursive: true })

let passed = 0
let failed = 0
let ok = run('npm', ['run', '--silent', 'check'])
if (!ok) failed += 1

for (const group of GROUPS) {
  const output = `${RESULTS}/${group.join('-')}.json`
  const ran = run('vitest', [
    'run',
    ...group.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${output}`,
    ...process.argv.slice(2),
  ])
  const results = existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) : undefined
  passed += results?.numPassedTests ?? 0
  // A file that does not load has no failed test, and a run can fail by an error outside of any.
  failed += results?.numFailedTests || (ran ? 0 : 1)
  ok &&= ran
}

const summary = `${passed} passed, ${failed} failed`
writeFileSync(`${RESULTS}/summary`, `${summary}\n`)
console.log(summary)
process.exit(ok && failed === 0 ? 0 : 1)
