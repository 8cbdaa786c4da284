import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  CONTROL,
  EDGE,
  isAlive,
  NODE,
  PORTS,
  type Started,
  startedAlone,
  startedIn,
  whenHolds,
} from './started.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-start-'))
const home = join(folder, '.tidegate')
const run = promisify(execFile)
let platform: Started

const token = () => readFileSync(join(home, 'admin-token'), 'utf8').trim()

const admin = (path: string, init: RequestInit = {}) =>
  fetch(CONTROL + path, {
    ...init,
    headers: { authorization: `Bearer ${token()}`, ...init.headers },
  })

const status = async (url: string, headers: Record<string, string> = {}): Promise<number> => {
  const answer = await fetch(url, { headers })
  await answer.arrayBuffer()
  return answer.status
}

/** The demo, with one more route. */
const demoWith = (path: string): string =>
  readFileSync('workers/local/demo.yaml', 'utf8')
    .replaceAll('127.0.0.1:8090', `127.0.0.1:${PORTS.TIDEGATE_UPSTREAM_PORT}`)
    .replace(
      '\nconsumers:',
      `
  - name: added
    url: http://127.0.0.1:${PORTS.TIDEGATE_UPSTREAM_PORT}/added
    routes:
      - name: added
        paths: [${path}]

consumers:`,
    )

const publish = async (document: string) => {
  const answer = await admin('/admin/default/config', {
    method: 'POST',
    headers: { 'content-type': 'application/yaml' },
    body: document,
  })
  expect([200, 201], await answer.text()).toContain(answer.status)
}

beforeAll(async () => {
  platform = await startedIn(home)
}, 120_000)

afterAll(async () => {
  await platform.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('the first start', () => {
  it('says in under 40 lines where everything is', () => {
    const lines = platform.output().trimEnd().split('\n')
    expect(lines.length).toBeLessThan(40)
    expect(lines.at(-1)).toBe('ready')
    expect(platform.output()).toContain(CONTROL)
    expect(platform.output()).toMatch(/sign in .*@.* \S{12,}/)
  })

  it('prints two curl lines that answer 200, one through each data plane', async () => {
    const lines = platform.output().match(/^ *curl .*$/gm) ?? []
    expect(lines).toHaveLength(2)
    for (const line of lines) {
      const { stdout } = await run('sh', ['-c', `${line.trim()} -s -w ' %{http_code}'`])
      expect(stdout).toMatch(/ 200$/)
    }
    expect(lines[0]).toContain(NODE)
    expect(lines[1]).toContain(EDGE)
  })

  it.each([
    ['Node', NODE],
    ['edge', EDGE],
  ])('wants the key, and takes five requests a minute, at the %s data plane', async (_, url) => {
    expect(await status(`${url}/quotes`)).toBe(401)
    const statuses: number[] = []
    for (let sent = 0; sent < 6; sent++) {
      statuses.push(await status(`${url}/quotes`, { apikey: 'demo-key' }))
    }
    expect(statuses).toContain(200)
    expect(statuses.at(-1)).toBe(429)
  })

  it('keeps secrets to their owner', () => {
    for (const name of ['admin-token', 'secret', 'setup-token', 'owner']) {
      expect(statSync(join(home, name)).mode & 0o777, name).toBe(0o600)
    }
  })

  it('lets the owner sign in with what it printed', async () => {
    const [email, password] = readFileSync(join(home, 'owner'), 'utf8').trim().split('\n')
    expect(platform.output()).toContain(password)
    const answer = await fetch(`${CONTROL}/v2/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: CONTROL },
      body: JSON.stringify({ email, password }),
    })
    expect(answer.ok, await answer.text()).toBe(true)
  })

  it('serves the console', async () => {
    const answer = await fetch(CONTROL)
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(await answer.text()).toContain('<script')
  })
})

describe('a change of the configuration', () => {
  it('is served by both data planes within two seconds', async () => {
    await publish(demoWith('/added'))
    const both = async () => {
      const [node, edge] = await Promise.all([status(`${NODE}/added`), status(`${EDGE}/added`)])
      return node === 200 && edge === 200
    }
    expect(await whenHolds(both, 'the new route')).toBeLessThan(2000)
  })

  it('is served by the edge without any traffic before', async () => {
    await publish(demoWith('/quiet'))
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect(await status(`${EDGE}/quiet`)).toBe(200)
  })

  it('twenty times in a row costs no request under constant load', async () => {
    let loading = true
    const statuses = new Map<number, number>()
    const load = async (url: string) => {
      while (loading) {
        const got = await status(`${url}/catalogue`).catch(() => 0)
        statuses.set(got, (statuses.get(got) ?? 0) + 1)
      }
    }
    const loads = [NODE, NODE, EDGE, EDGE].map(load)
    for (let swap = 1; swap <= 20; swap++) {
      await publish(demoWith(`/swap-${swap}-`))
      const both = async () => {
        const urls = [NODE, EDGE].map((url) => `${url}/swap-${swap}-`)
        return (await Promise.all(urls.map((url) => status(url)))).every((got) => got === 200)
      }
      await whenHolds(both, `swap ${swap}`)
    }
    loading = false
    await Promise.all(loads)
    expect([...statuses.keys()]).toEqual([200])
    expect(statuses.get(200)).toBeGreaterThan(1000)
  }, 120_000)

  it('shows in the group: both data planes connected and in step, traffic counted', async () => {
    const inStep = async () => {
      const answer = await admin('/v2/runtime-groups/default/nodes')
      const { data } = (await answer.json()) as {
        data: { host: string; state: string; in_sync: boolean }[]
      }
      return (
        data.length === 2 && data.every(({ state, in_sync }) => state === 'connected' && in_sync)
      )
    }
    await whenHolds(inStep, 'both data planes in step', 20_000)
    const counted = async () => {
      const answer = await admin('/v2/runtime-groups/default/traffic?range=15m')
      const { totals } = (await answer.json()) as {
        totals: { requests: number; by_class: Record<string, number> }
      }
      return totals.requests > 100 && (totals.by_class['4xx'] ?? 0) >= 4
    }
    await whenHolds(counted, 'the traffic')
  })
})

describe('without its control plane', () => {
  const end = async (part: string) => {
    const pid = platform.pids()[part]
    if (pid === undefined) throw new Error(`the greeting names no process of the ${part}`)
    process.kill(pid, 'SIGKILL')
    await whenHolds(async () => !isAlive(pid), 'its end')
  }
  const serves = (url: string) => async () => (await status(url).catch(() => 0)) === 200
  let runtime: ReturnType<typeof startedAlone>
  let control: ReturnType<typeof startedAlone>

  afterAll(async () => {
    await Promise.all([runtime?.stop(), control?.stop()])
  })

  it('goes on serving from both data planes', async () => {
    await end('control plane')
    await expect(fetch(CONTROL)).rejects.toThrow()
    expect(await status(`${NODE}/catalogue`)).toBe(200)
    expect(await status(`${EDGE}/catalogue`)).toBe(200)
  })

  it('serves from disk when the Node data plane starts anew', async () => {
    await end('Node data plane')
    runtime = startedAlone('runtime', home, { TIDEGATE_CONTROL_PLANE: CONTROL })
    await whenHolds(serves(`${NODE}/catalogue`), 'the last good configuration')
  })

  it('is in step again when the control plane comes back', async () => {
    control = startedAlone('control-plane', home)
    await whenHolds(serves(`${CONTROL}/health`), 'the control plane', 20_000)
    await publish(demoWith('/back'))
    await whenHolds(serves(`${NODE}/back`), 'the Node data plane', 20_000)
    await whenHolds(serves(`${EDGE}/back`), 'the edge data plane', 20_000)
  })
})

describe('the second start', () => {
  it('is ready within 20 seconds, with all that was there', async () => {
    const before = token()
    await platform.stop()
    const began = performance.now()
    platform = await startedIn(home)
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(token()).toBe(before)
    expect(await status(`${NODE}/back`)).toBe(200)
    expect(await status(`${EDGE}/back`)).toBe(200)
    const { data } = (await (await admin('/v2/runtime-groups/default/nodes')).json()) as {
      data: unknown[]
    }
    expect(data).toHaveLength(2)
  })

  it('does not show the password again', () => {
    const password = readFileSync(join(home, 'owner'), 'utf8').trim().split('\n')[1] ?? ''
    expect(platform.output()).not.toContain(password)
  })

  it('names the port that is in use and the variable that moves it', async () => {
    await expect(startedIn(home)).rejects.toThrow(
      `port ${PORTS.TIDEGATE_PORT} (control plane API and console) is in use: stop what uses it, or set TIDEGATE_PORT to another port`,
    )
  })
})

describe('a first start that broke off', () => {
  it('before it kept the token of the owner is made good by the next', async () => {
    const before = token()
    await platform.stop()
    rmSync(join(home, 'admin-token'))
    platform = await startedIn(home)
    expect(token()).not.toBe(before)
    expect((await admin('/v2/tokens')).status).toBe(200)
    expect(await status(`${NODE}/back`)).toBe(200)
  })
})

describe('SIGTERM', () => {
  it('ends every process and frees every port', async () => {
    const pids = Object.values(platform.pids())
    expect(pids).toHaveLength(2)
    expect(await platform.stop()).toBe(0)
    expect(pids.filter(isAlive)).toEqual([])
    for (const port of Object.values(PORTS)) {
      const server = createServer()
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, '127.0.0.1', resolve)
      })
      await new Promise((resolve) => server.close(resolve))
    }
  })
})
