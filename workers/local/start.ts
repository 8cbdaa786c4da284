import { greeting } from './greeting.ts'
import { type Platform, startPlatform } from './platform.ts'
import { readSettings, StartRefused } from './settings.ts'

/** What `npm start` runs. */
process.env.WRANGLER_SEND_METRICS = 'false'
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false'

let platform: Platform | undefined
let stopping = false

const stop = async () => {
  if (stopping) return
  stopping = true
  await platform?.stop()
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
  platform = await startPlatform(settings)
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
