import { catalogOf } from '#engine/catalog'
import { snapshotEntities } from '#engine/standalone'
import { startRuntime } from '#hosts/node/runtime'
import { readDeclarative } from '#model/declarative'
import { plugins } from '#plugins/index'
import { answerFigures } from './figures.ts'

/**
 * A Node data plane as a process of its own, as it runs in production but for the control plane. Arguments: port, a Kong
 * declarative document as JSON.
 */
const [port, document] = process.argv.slice(2)

const declared = readDeclarative(JSON.parse(document ?? ''), catalogOf(plugins), 0)
if (!declared.ok) throw new Error(declared.message)

const runtime = await startRuntime({
  entrances: { proxy: { host: '127.0.0.1', port: Number(port) }, proxyTls: undefined },
  status: undefined,
  controlPlane: undefined,
  log: (level, message) => {
    if (level === 'error') process.stderr.write(`${message}\n`)
  },
})
const applied = await runtime.apply(snapshotEntities(declared.entities), 1, 'bench')
if (!applied.ok) throw new Error(JSON.stringify(applied.problems))
answerFigures()
