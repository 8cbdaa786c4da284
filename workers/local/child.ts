import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { StartRefused } from './settings.ts'

/** How long a part may take to end by itself. */
const STOP_MS = 10_000
/** How long a part may take to come up: the first time on a small, busy machine. */
const UP_MS = 60_000
const LOG_LINES_SHOWN = 15

export interface Part {
  readonly name: string
  readonly pid: number | undefined
  /** Resolves when the process is gone. */
  readonly ended: Promise<string>
  /** Asks it to end, and makes it when it does not. */
  stop(): Promise<void>
}

export interface PartOptions {
  name: string
  script: string
  args?: string[]
  env: Record<string, string>
  /** File that its output is appended to. */
  log: string
  /** Whether it has a channel to us: it tells when it is ready, and sees when we are gone. */
  channel?: boolean
}

/** Starts a part of the platform as a process of its own, under the same Node. */
export const startPart = ({
  name,
  script,
  args = [],
  env,
  log,
  channel = false,
}: PartOptions): Part & { process: ChildProcess } => {
  const output = openSync(log, 'a', 0o600)
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output, ...(channel ? ['ipc' as const] : [])],
    // A group of its own, so that what it started goes with it however it ends.
    detached: true,
  })
  closeSync(output)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => {
      endGroup(child.pid)
      resolve(signal ?? `exit code ${code}`)
    })
  })
  return {
    name,
    pid: child.pid,
    process: child,
    ended,
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Ends what a part left behind: workerd outlives a killed parent, and would go on holding its port. */
const endGroup = (pid: number | undefined): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nothing was left.
  }
}

/** Waits until a check passes; refuses to start when the part ends before, with the end of its log. */
export const whenUp = async (
  part: Part,
  log: string,
  check: () => Promise<boolean>,
): Promise<void> => {
  let gone: string | undefined
  void part.ended.then((how) => {
    gone = how
  })
  const limit = performance.now() + UP_MS
  for (;;) {
    if (await check()) return
    if (gone !== undefined) {
      throw new StartRefused(`the ${part.name} ended (${gone}):\n${tailOf(log)}`)
    }
    if (performance.now() > limit) {
      throw new StartRefused(`the ${part.name} is not up after 60 seconds:\n${tailOf(log)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const tailOf = (log: string): string =>
  readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n')
