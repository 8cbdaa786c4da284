import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { openArena } from './contestants.ts'
import { generator, load } from './load.ts'
import { benchRouter } from './router.ts'

/** `npm run bench`: what a proxied request costs beside nginx, and how fast routes are found. Options by environment. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)
const SECONDS = Number(process.env.BENCH_SECONDS ?? 3)
const WARM_UP_SECONDS = 3
const FILE = 'dist/bench.json'

interface Round {
  cpu_us: number
  rps: number
}

const median = (numbers: number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2
}

const arena = await openArena()
const rounds = new Map<string, Round[]>(arena.contestants.map(({ name }) => [name, []]))
try {
  for (const { port } of arena.contestants) await load(port, WARM_UP_SECONDS)
  // In turn, and in turns: what else the machine does meanwhile touches all alike.
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, port, cpu } of arena.contestants) {
      const before = await cpu()
      const { requests, seconds } = await load(port, SECONDS)
      const used = (await cpu()) - before
      rounds.get(name)?.push({ cpu_us: used / requests, rps: requests / seconds })
    }
  }
} finally {
  arena.close()
}

const nginx = rounds.get('nginx')
const contestants = [...rounds].map(([name, measured]) => ({
  name,
  cpu_us: median(measured.map(({ cpu_us }) => cpu_us)),
  rps: median(measured.map(({ rps }) => rps)),
  /** Against nginx in the same round; the median of these. */
  cpu_ratio: nginx
    ? median(measured.map(({ cpu_us }, at) => cpu_us / (nginx[at]?.cpu_us ?? Number.NaN)))
    : undefined,
  rounds: measured,
}))
const router = benchRouter()

const figures = {
  at: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  load: generator,
  upstream: arena.upstream,
  seconds: SECONDS,
  contestants,
  router,
}
mkdirSync('dist', { recursive: true })
writeFileSync(FILE, `${JSON.stringify(figures, undefined, 2)}\n`)

const table = (rows: string[][]): string => {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, at) =>
          at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
        )
        .join('  '),
    )
    .join('\n')
}

process.stdout.write(`
A proxied GET, 32 connections, load by ${generator}, upstream ${arena.upstream}; medians of ${ROUNDS} rounds of ${SECONDS} s
${table([
  ['', 'CPU us/request', 'requests/s', 'CPU : nginx'],
  ...contestants.map(({ name, cpu_us, rps, cpu_ratio }) => [
    name,
    cpu_us.toFixed(1),
    rps.toFixed(0),
    cpu_ratio === undefined ? '-' : cpu_ratio.toFixed(2),
  ]),
])}

Look-ups of routes
${table([
  ['routes', 'look-ups/s', 'built in ms'],
  ...router.map(({ routes, lookups_per_second, build_ms }) => [
    String(routes),
    String(lookups_per_second),
    build_ms.toFixed(1),
  ]),
])}

All figures: ${FILE}
`)
