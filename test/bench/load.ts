import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'

export interface Load {
  requests: number
  seconds: number
}

export const CONNECTIONS = 32

/** Lines of every request: what a usual client sends, and the key of the consumer. */
export const requestLines: [name: string, value: string][] = [
  ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) bench'],
  ['Accept', 'application/json'],
  ['Accept-Language', 'en'],
  ['Accept-Encoding', 'gzip, deflate'],
  ['apikey', 'bench-key'],
]

export const PATH = '/bench/path?x=1'

const wrkIsInstalled = spawnSync('wrk', ['-v']).error === undefined

export const generator = wrkIsInstalled ? 'wrk' : 'a Node client'

/** Keeps 32 connections busy for some seconds. Rejects when an answer was not 200. */
export const load = (port: number, seconds: number): Promise<Load> =>
  wrkIsInstalled ? loadByWrk(port, seconds) : loadByNode(port, seconds)

const loadByWrk = async (port: number, seconds: number): Promise<Load> => {
  const lines = requestLines.flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const child = spawn(
    'wrk',
    ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, ...lines, `http://127.0.0.1:${port}${PATH}`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let text = ''
  child.stdout.on('data', (bytes) => {
    text += bytes
  })
  await ended(child)
  const wrong = /Non-2xx[^\n]*|Socket errors[^\n]*/.exec(text)
  if (wrong) throw new Error(`port ${port}: ${wrong[0]}`)
  const [, requests, took] = /(\d+) requests in ([\d.]+)s/.exec(text) ?? []
  if (!requests || !took) throw new Error(`wrk said: ${text}`)
  return { requests: Number(requests), seconds: Number(took) }
}

const loadByNode = async (port: number, seconds: number): Promise<Load> => {
  const child = fork(new URL('./load-client.ts', import.meta.url), [String(port), String(seconds)])
  const told = new Promise<Load | { wrong: string }>((resolve) => {
    child.once('message', (message) => resolve(message as Load | { wrong: string }))
  })
  const outcome = await told
  await ended(child)
  if ('wrong' in outcome) throw new Error(`port ${port}: ${outcome.wrong}`)
  return outcome
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve())
  })
