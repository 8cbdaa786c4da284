import { greeting } from './greeting.ts'
import { startPlatform } from './platform.ts'
import { readSettings, StartRefused } from './settings.ts'
import { stopsOf } from './stops.ts'

/** What `npm start` runs. */
process.env.WRANGLER_SEND_METRICS = 'false'
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false'

/** Longest that the end waits for a step of the start that is under way, in milliseconds. */
const STEP_MS = 5000

const stops = stopsOf()
let starting: Promise<unknown> = Promise.resolve()
let stopping = false

const stop = async () => {
  if (stopping) return
  stopping = true
  await stops.all()
  // what a step still starts would outlive us
  const step = starting.catch(() => undefined)
  await Promise.race([step, new Promise((resolve) => setTimeout(resolve, STEP_MS))])
  await stops.all()
  process.exit(0)
}
// npm may be killed without a word to us; then we are adopted by another process.
if (process.env.npm_lifecycle_event === 'start') {
  const npm = process.ppid
  setInterval(() => {
    if (process.ppid !== npm) void stop()
  }, 1000).unref()
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)

try {
  const settings = readSettings(process.argv.slice(2), process.env)
  const started = startPlatform(settings, stops)
  starting = started
  const platform = await started
  for (const part of platform.parts) {
    void part.ended.then((how) => {
      if (!stopping) console.error(`the ${part.name} ended (${how}); the other parts go on`)
    })
  }
  console.log(greeting(platform, settings))
} catch (error) {
  if (!stopping) {
    console.error(error instanceof StartRefused ? error.message : error)
    process.exit(1)
  }
}
