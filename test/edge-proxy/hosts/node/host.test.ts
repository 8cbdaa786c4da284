import { describe, expect, it } from 'vitest'
import { processCounters } from '../../../../edge-proxy/hosts/node/counters.ts'
import { nodeHost } from '../../../../edge-proxy/hosts/node/host.ts'
import { createLog } from '../../../../edge-proxy/hosts/node/log.ts'
import { shareCounts } from '../../../../edge-proxy/hosts/node/shared-counts.ts'
import { stillClock } from '../shared/setup.ts'

const setup = () => {
  const { clock, advance } = stillClock()
  const logs: string[] = []
  const sent: { url: string; init: RequestInit | undefined }[] = []
  const host = nodeHost({
    clock,
    log: (level, message) => void logs.push(`${level} ${message}`),
    call: () => Promise.reject(new Error('not called here')),
    async fetch(url, init) {
      sent.push({ url: String(url), init })
      return new Response('found', { status: 302 })
    },
    counters: processCounters(clock.now),
    record: () => {},
  })
  return { host, logs, sent, advance }
}

describe('the Node host', () => {
  it('sends requests of plugins, and takes a redirect for an answer', async () => {
    const { host, sent } = setup()
    const answer = await host.fetch({
      method: 'POST',
      url: 'http://collector.test/in',
      headers: { 'content-type': 'text/plain' },
      body: 'hello',
      timeout: 1000,
    })
    expect(answer.status).toBe(302)
    expect(await answer.text()).toBe('found')
    expect(sent[0]).toMatchObject({
      url: 'http://collector.test/in',
      init: { method: 'POST', body: 'hello', redirect: 'manual' },
    })
  })

  it('waits for deferred work when it stops, and logs what of it failed', async () => {
    const { host, logs } = setup()
    let done = false
    host.defer(
      new Promise<void>((resolve) => {
        queueMicrotask(() => {
          done = true
          resolve()
        })
      }),
    )
    host.defer(Promise.reject(new Error('collector away')))
    await host.stop(1000)
    expect(done).toBe(true)
    expect(logs[0]).toContain('error work behind an answer failed: Error: collector away')
  })

  it('does not wait longer than it may', async () => {
    const { host, advance } = setup()
    host.defer(new Promise(() => {}))
    const stopped = host.stop(1000)
    await advance(1000)
    await stopped
  })

  it('runs later what it is told, unless it is cancelled or stops', async () => {
    const { host, advance } = setup()
    const ran: string[] = []
    host.after(100, () => ran.push('first'))
    const cancel = host.after(100, () => ran.push('cancelled'))
    cancel()
    await advance(100)
    host.after(100, () => ran.push('after the end'))
    await host.stop(0)
    await advance(1000)
    expect(ran).toEqual(['first'])
  })

  it('names itself as the control plane named it', () => {
    const { host } = setup()
    host.identify('node-1')
    expect(host.node).toMatchObject({ id: 'node-1', pid: process.pid })
  })
})

describe('counters', () => {
  it('count until they expire', async () => {
    const { clock, advance } = stillClock(0)
    const counters = processCounters(clock.now)
    expect(counters.add('a', 1, 1000)).toBe(1)
    expect(counters.add('a', 2, 1000)).toBe(3)
    expect(counters.get('a')).toBe(3)
    await advance(1000)
    expect(counters.get('a')).toBe(0)
    expect(counters.add('a', 1, 2000)).toBe(1)
  })

  it('do not stay in memory when nobody asks for them again', async () => {
    const { clock, advance } = stillClock(0)
    const counters = processCounters(clock.now)
    for (let client = 0; client < 100; client++) counters.add(`client ${client}`, 1, 1000)
    await advance(20_000)
    counters.add('new', 1, 60_000)
    expect(counters.size).toBe(1)
  })

  it('are shared between processes a tenth of a second later, and never twice', async () => {
    const { clock, advance } = stillClock(0)
    const other = processCounters(clock.now)
    const shared = shareCounts(clock, other.merge)
    const own = processCounters(clock.now, shared.add)
    own.add('a', 1, 60_000)
    own.add('a', 1, 60_000)
    expect(other.get('a')).toBe(0)
    await advance(100)
    expect([own.get('a'), other.get('a')]).toEqual([2, 2])
    await advance(1000)
    expect(other.get('a')).toBe(2)
  })
})

describe('the log', () => {
  const lines = (format: 'text' | 'json', level: 'info' | 'off' = 'info') => {
    const written: string[] = []
    const log = createLog({ level, format, now: () => 0, write: (line) => written.push(line) })
    return { log, written }
  }

  it('is readable text, with its facts behind', () => {
    const { log, written } = lines('text')
    log('warn', 'hello', { count: 2, who: 'me' })
    expect(written).toEqual(['1970-01-01T00:00:00.000Z warn  hello count=2 who=me'])
  })

  it('is JSON when asked for', () => {
    const { log, written } = lines('json')
    log('info', 'hello', { count: 2 })
    expect(JSON.parse(written[0] ?? '')).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      level: 'info',
      message: 'hello',
      count: 2,
    })
  })

  it('leaves out what is below its level', () => {
    const { log, written } = lines('text')
    log('debug', 'detail')
    expect(written).toEqual([])
    const off = lines('text', 'off')
    off.log('error', 'trouble')
    expect(off.written).toEqual([])
  })

  it('lets no stranger begin a line of it', () => {
    const { log, written } = lines('text')
    log('info', 'path /a\n2026 error forged\u001b[2J')
    expect(written[0]).toContain('path /a\\x0a2026 error forged\\x1b[2J')
  })
})
