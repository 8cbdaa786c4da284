import { type ChildProcess, spawn } from 'node:child_process'
import { freePorts } from '../support/free-ports.ts'

const [control = 0, edge = 0, proxy = 0, proxyTls = 0, statusPage = 0, upstream = 0] =
  await freePorts(6)

/** Ports of the platform under test, by the variables that set them. */
export const PORTS = {
  TIDEGATE_PORT: control,
  TIDEGATE_EDGE_PORT: edge,
  TIDEGATE_PROXY_PORT: proxy,
  TIDEGATE_PROXY_TLS_PORT: proxyTls,
  TIDEGATE_STATUS_PORT: statusPage,
  TIDEGATE_UPSTREAM_PORT: upstream,
} as const

export const CONTROL = `http://127.0.0.1:${PORTS.TIDEGATE_PORT}`
export const EDGE = `http://127.0.0.1:${PORTS.TIDEGATE_EDGE_PORT}`
export const NODE = `http://127.0.0.1:${PORTS.TIDEGATE_PROXY_PORT}`

export interface Started {
  /** All that was printed. */
  output(): string
  /** Process ids of the parts, by name. */
  pids(): Record<string, number>
  process: ChildProcess
  /** Sends SIGTERM; answers the exit code. */
  stop(): Promise<number | null>
}

const environmentOf = (home: string): NodeJS.ProcessEnv => ({
  ...process.env,
  ...Object.fromEntries(Object.entries(PORTS).map(([name, port]) => [name, String(port)])),
  TIDEGATE_HOME: home,
})

/** Runs a part of the platform alone, by its npm script. */
export const startedAlone = (
  script: 'control-plane' | 'runtime',
  home: string,
  more: Record<string, string> = {},
) => {
  const child = spawn('npm', ['run', '--silent', script], {
    env: { ...environmentOf(home), ...more },
    stdio: 'ignore',
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

/** Runs `npm start`; answers when it says `ready`, rejects when it ends before. */
export const startedIn = async (home: string, ...args: string[]): Promise<Started> => {
  const child = spawn('npm', ['start', '--', ...args], {
    env: environmentOf(home),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (/^ready$/m.test(output)) resolve()
      })
    }
    ended.then((code) => reject(new Error(`ended with ${code}:\n${output}`)))
  })
  return {
    output: () => output,
    pids: () =>
      Object.fromEntries(
        [...(/processes +(.*)/.exec(output)?.[1] ?? '').matchAll(/([A-Za-z ]+) (\d+)/g)].map(
          ([, name = '', pid]) => [name.trim(), Number(pid)],
        ),
      ),
    process: child,
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Asks again and again; how long it took until the answer held, in milliseconds. */
export const whenHolds = async (
  holds: () => Promise<boolean>,
  what: string,
  limit = 10_000,
): Promise<number> => {
  const began = performance.now()
  for (;;) {
    if (await holds()) return performance.now() - began
    if (performance.now() - began > limit) throw new Error(`waited ${limit} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
