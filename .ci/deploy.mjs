// `npm run deploy`: builds the console, then deploys the control plane and the edge data plane. Arguments go to wrangler:
// `npm run deploy -- --dry-run` builds both, prints their sizes, and needs no account.
import { spawnSync } from 'node:child_process'

const run = (command, args) => {
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

run('npm', ['run', '--silent', 'build'])
for (const config of ['wrangler.toml', 'edge-proxy/wrangler.toml']) {
  console.log(`\n${config}`)
  run('wrangler', ['deploy', '--config', config, ...process.argv.slice(2)])
}
