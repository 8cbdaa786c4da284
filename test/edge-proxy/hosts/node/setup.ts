import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SnapshotEntity } from '../../../../edge-proxy/engine/snapshot.ts'
import { type Runtime, startRuntime } from '../../../../edge-proxy/hosts/node/runtime.ts'
import { Route } from '../../../../edge-proxy/model/route.ts'
import { Service } from '../../../../edge-proxy/model/service.ts'
import rateLimiting from '../../../../edge-proxy/plugins/rate-limiting.ts'
import { REGISTRATION_TOKEN, type TestControlPlane } from '../shared/control-plane.ts'

const MAIN = join(import.meta.dirname, '../../../../edge-proxy/hosts/node/main.ts')
const LOOPBACK = { host: '127.0.0.1', port: 0 }

/** What must be undone after a test, last first. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = []
  add(step: () => unknown): void {
    this.#steps.unshift(step)
  }
  async run(): Promise<void> {
    for (const step of this.#steps.splice(0)) await step()
  }
}

/** A folder of its own for the state of a runtime. */
export const newHome = (cleanup: Cleanup): string => {
  const home = mkdtempSync(join(tmpdir(), 'tidegate-runtime-'))
  cleanup.add(() => rmSync(home, { recursive: true, force: true }))
  return home
}

/** An upstream that answers by the function, else with the path. */
export const upstream = async (
  cleanup: Cleanup,
  answer: (request: IncomingMessage, response: ServerResponse) => void = (asked, response) =>
    response.end(`echo ${asked.url}`),
): Promise<number> => {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup.add(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

const entity = (kind: typeof Service | typeof Route, sent: Record<string, unknown>) => {
  const parsed = kind.parse(sent)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.fields))
  const fields = Object.entries(parsed.row).filter(([, value]) => value !== null)
  return {
    kind: kind.plural,
    entity: { ...Object.fromEntries(fields), id: String(sent.id) },
  } satisfies SnapshotEntity
}

/** A service on a local port and a route by path to it. */
export const proxied = (path: string, port: number, number = 1): SnapshotEntity[] => [
  entity(Service, { id: id(number), host: '127.0.0.1', port }),
  entity(Route, { id: id(number + 100), paths: [path], service: { id: id(number) } }),
]

/** A certificate and the server names that it is for. */
export const certificate = (
  number: number,
  pair: { cert: string; key: string },
  names: string[],
): SnapshotEntity[] => [
  { kind: 'certificates', entity: { id: id(number), ...pair } },
  ...names.map((name, at) => ({
    kind: 'snis',
    entity: { id: id(number * 100 + at), name, certificate: { id: id(number) } },
  })),
]

/** A plugin that no runtime knows: a configuration with it does not compile. */
export const unknownPlugin: SnapshotEntity = {
  kind: 'plugins',
  entity: { id: id(999), name: 'no-such', enabled: true, config: {}, protocols: ['http'] },
}

/** Lets each client address through so often an hour. */
export const limitedTo = (hour: number): SnapshotEntity => ({
  kind: 'plugins',
  entity: {
    id: id(998),
    name: 'rate-limiting',
    enabled: true,
    config: rateLimiting.schema.parse({ hour, policy: 'local', limit_by: 'ip' }),
    protocols: ['http', 'https'],
  },
})

/** A runtime in this process, of that control plane. */
export const runtimeOf = async (
  cleanup: Cleanup,
  plane: TestControlPlane | undefined,
  home: string,
): Promise<{ runtime: Runtime; logs: string[]; proxy: string }> => {
  const logs: string[] = []
  const runtime = await startRuntime({
    entrances: { proxy: LOOPBACK, proxyTls: LOOPBACK },
    status: LOOPBACK,
    controlPlane: plane && {
      url: plane.url,
      registrationToken: REGISTRATION_TOKEN,
      trustedKeys: undefined,
      home,
      grace: 0,
    },
    log: (level, message) => void logs.push(`${level} ${message}`),
    random: () => 0,
  })
  cleanup.add(() => runtime.stop(0))
  return { runtime, logs, proxy: `http://127.0.0.1:${runtime.ports.proxy}` }
}

/** The data plane as a program. */
export interface Program {
  process: ChildProcess
  /** Everything that it wrote. */
  output(): string
  /** Resolves with the exit code, or the signal that ended it. */
  ended: Promise<number | string>
}

export const program = (
  cleanup: Cleanup,
  words: string[],
  environment: Record<string, string> = {},
): Program => {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TIDEGATE_'))
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: { ...Object.fromEntries(own), NODE_OPTIONS: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let written = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written += text
  })
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'gone'))
  })
  cleanup.add(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { process: child, output: () => written, ended }
}

/** GET over a connection of its own, so that no pool of the test stands between. */
export const get = (url: string): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { agent: false }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
      answer.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
