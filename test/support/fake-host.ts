import { Body } from '#engine/body'
import type { Arrival } from '#engine/exchange'
import { HeaderList } from '#engine/headers'
import type {
  Host,
  OutboundRequest,
  UpstreamAnswer,
  UpstreamCall,
  UpstreamFailure,
} from '#engine/host'
import type { TrafficRecord } from '#engine/record'
import { digest } from '#engine/snapshot'

/** A host that keeps what the engine did with it, and whose clock and timers the test moves. */
export interface FakeHost extends Host {
  calls: UpstreamCall[]
  outbound: OutboundRequest[]
  records: TrafficRecord[]
  logs: string[]
  time: number
  /** What upstreams do: an answer for each call, a failure to throw, the last one repeated. */
  upstream: (
    | UpstreamFailure
    | Partial<UpstreamAnswer>
    | ((call: UpstreamCall) => Partial<UpstreamAnswer>)
  )[]
  /** What collectors and providers answer, likewise. */
  answers: { status: number; body?: string }[]
  /** Moves the clock and runs the timers that come due, in order. */
  advance(ms: number): Promise<void>
  /** Waits for everything that was deferred. */
  settle(): Promise<void>
}

export const fakeHost = (): FakeHost => {
  const timers = new Set<{ at: number; run: () => void }>()
  const counters = new Map<string, { value: number; expires: number }>()
  const deferred: Promise<unknown>[] = []

  const host: FakeHost = {
    name: 'node',
    node: {
      id: '99999999-9999-4999-8999-999999999999',
      hostname: 'test-host',
      pid: 4711,
      version: '0.0.0',
    },
    calls: [],
    outbound: [],
    records: [],
    logs: [],
    time: Date.UTC(2026, 0, 1, 12, 0, 0),
    upstream: [{ status: 200 }],
    answers: [{ status: 200 }],
    now: () => host.time,
    async call(call) {
      host.calls.push({ ...call, headers: call.headers.clone() })
      const next = host.upstream.length > 1 ? host.upstream.shift() : host.upstream[0]
      if (next instanceof Error) throw next
      const answer = typeof next === 'function' ? next(call) : next
      return {
        status: 200,
        reason: undefined,
        headers: new HeaderList(),
        body: undefined,
        ip: '127.0.0.1',
        ...answer,
      }
    },
    async fetch(request) {
      host.outbound.push(request)
      const next = host.answers.length > 1 ? host.answers.shift() : host.answers[0]
      return { status: next?.status ?? 200, text: async () => next?.body ?? '' }
    },
    defer: (work) => void deferred.push(work),
    after(ms, run) {
      const timer = { at: host.time + ms, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    digest,
    counters: {
      get: (key) => {
        const found = counters.get(key)
        return found && found.expires > host.time ? found.value : 0
      },
      add: (key, amount, expires) => {
        const value = host.counters.get(key) + amount
        counters.set(key, { value, expires })
        return value
      },
    },
    record: (record) => void host.records.push(record),
    log: (level, message) => void host.logs.push(`${level} ${message}`),
    async advance(ms) {
      const until = host.time + ms
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
        if (!due) break
        timers.delete(due)
        host.time = Math.max(host.time, due.at)
        due.run()
        await host.settle()
      }
      host.time = until
      await host.settle()
    },
    async settle() {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      await Promise.all(deferred.splice(0))
    },
  }
  return host
}

/** What a client sends, as a host would hand it over. */
export interface Sent {
  method?: string
  path?: string
  host?: string
  scheme?: 'http' | 'https'
  headers?: Record<string, string | string[]>
  body?: string
  peer?: string
}

export const arrival = ({
  method = 'GET',
  path = '/',
  host = 'gw.test',
  scheme = 'http',
  headers = {},
  body,
  peer = '127.0.0.1',
}: Sent = {}): Arrival => {
  const at = path.indexOf('?')
  const lines = HeaderList.from([['Host', host]])
  for (const [name, values] of Object.entries(headers)) {
    for (const value of [values].flat()) lines.append(name, value)
  }
  return {
    method,
    scheme,
    http_version: '1.1',
    path: at < 0 ? path : path.slice(0, at),
    query: at < 0 ? undefined : path.slice(at + 1),
    headers: lines,
    body: body === undefined ? undefined : Body.of(body),
    peer,
    peer_port: 50_000,
    port: scheme === 'https' ? 443 : 80,
    tls:
      scheme === 'https'
        ? {
            version: 'TLSv1.3',
            cipher: 'TLS_AES_256_GCM_SHA384',
            sni: undefined,
            client_verify: 'NONE',
          }
        : undefined,
    head_bytes: 100,
  }
}
