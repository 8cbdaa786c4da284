import { type ChildProcess, fork } from 'node:child_process'
import { createServer } from 'node:net'
import { type Figures, figuresOf, figuresOfProcess } from './figures.ts'
import { nginxIsInstalled, startNginx } from './nginx.ts'

/** Something that proxies to the upstream, as a process of its own. */
export interface Contestant {
  name: string
  port: number
  cpu: Figures
}

export interface Arena {
  contestants: Contestant[]
  upstream: string
  close(): void
}

const ANSWER = JSON.stringify({ hello: 'world', padding: 'a'.repeat(70) })

const KEY_AUTH = { name: 'key-auth', config: { key_names: ['apikey'] } }
const RATE_LIMITING = {
  name: 'rate-limiting',
  config: { minute: 1_000_000_000, policy: 'local', limit_by: 'consumer' },
}

/** Starts the upstream and, in front of it, nginx where there is one, the bare wire, and the data plane three times. */
export const openArena = async (): Promise<Arena> => {
  const closers: (() => void)[] = []
  const close = () => {
    for (const closer of closers.splice(0)) closer()
  }
  const withNginx = nginxIsInstalled
  const [upstreamPort = 0, nginxPort = 0, ...ports] = await freePorts(6)

  const start = async (file: string, ...words: string[]): Promise<Figures> => {
    const child = fork(new URL(file, import.meta.url), words, { execArgv: [] })
    closers.push(() => child.kill())
    await ready(child, file)
    return figuresOf(child)
  }

  try {
    const contestants: Contestant[] = []
    if (withNginx) {
      closers.push((await startNginx(upstreamPort, { answer: ANSWER })).stop)
      const proxy = await startNginx(nginxPort, { upstreamPort })
      closers.push(proxy.stop)
      contestants.push({ name: 'nginx', port: nginxPort, cpu: figuresOfProcess(proxy.pid) })
    } else await start('./upstream.ts', String(upstreamPort), ANSWER)

    const add = async (name: string, file: string, last: string) => {
      const port = ports[contestants.length - (withNginx ? 1 : 0)] ?? 0
      contestants.push({ name, port, cpu: await start(file, String(port), last) })
    }
    await add('wire', './wire-only.ts', String(upstreamPort))
    await add('no plugin', './data-plane.ts', configuration(upstreamPort, []))
    await add('key-auth', './data-plane.ts', configuration(upstreamPort, [KEY_AUTH]))
    await add(
      'key-auth, rate-limiting',
      './data-plane.ts',
      configuration(upstreamPort, [KEY_AUTH, RATE_LIMITING]),
    )
    return { contestants, upstream: withNginx ? 'nginx' : 'a Node server', close }
  } catch (error) {
    close()
    throw error
  }
}

const configuration = (upstreamPort: number, plugins: object[]): string =>
  JSON.stringify({
    _format_version: '3.0',
    services: [
      {
        name: 'bench',
        url: `http://127.0.0.1:${upstreamPort}`,
        routes: [{ name: 'bench', paths: ['/bench'], strip_path: false }],
        plugins,
      },
    ],
    consumers: [{ username: 'bench', keyauth_credentials: [{ key: 'bench-key' }] }],
  })

const ready = (child: ChildProcess, file: string): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('message', () => resolve())
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)))
  })

const freePorts = async (count: number): Promise<number[]> => {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
