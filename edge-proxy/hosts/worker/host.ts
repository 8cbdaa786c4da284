import { connect as connectSocket } from 'cloudflare:sockets'
import type { Host, OutboundRequest } from '#engine/host'
import { dataPointOf, pointOf } from '#engine/point'
import { digest } from '#engine/snapshot'
import { isolateCounters } from './counters.ts'
import { defer } from './defer.ts'
import type { Connect } from './socket-call.ts'
import { callUpstream } from './upstream.ts'

export interface WorkerHostOptions {
  hostname: string
  version: string
  analytics: AnalyticsEngineDataset | undefined
  /** Who the records are of. Empty until the runtime registered. */
  identity(): { group: string; node: string }
  /** Opens sockets; the runtime's own when it is not given. */
  connect?: Connect
}

/** What a Worker gives the engine. One for each isolate; `defer` acts for the request that is being handled. */
export const workerHost = ({
  hostname,
  version,
  analytics,
  identity,
  connect = connectSocket,
}: WorkerHostOptions): Host => {
  const now = () => Date.now()
  return {
    name: 'worker',
    get node() {
      return { id: identity().node, hostname, pid: 0, version }
    },
    now,
    call: (call) => callUpstream(call, connect),
    fetch: fetchOutbound,
    defer,
    after,
    digest,
    counters: isolateCounters(now),
    record(record) {
      const { group, node } = identity()
      const point = dataPointOf(group, node, 'worker', pointOf(record))
      // Analytics Engine answers nothing; the local dataset answers a promise, whatever the type says.
      const written: unknown = analytics?.writeDataPoint(point)
      if (written instanceof Promise || isThenable(written)) defer(Promise.resolve(written))
    },
    log(level, message, facts) {
      console[level](JSON.stringify({ level, message, ...facts }))
    },
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && 'then' in value)

const fetchOutbound = async ({ method, url, headers, body, timeout }: OutboundRequest) => {
  const response = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeout),
  })
  return { status: response.status, text: () => response.text() }
}

/** A timer of a Worker lives as long as a request does, so the request that set it is kept until it ran. */
const after = (ms: number, run: () => void): (() => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let release: () => void = () => {}
  defer(
    new Promise<void>((resolve) => {
      release = resolve
      timer = setTimeout(() => {
        run()
        resolve()
      }, ms)
    }),
  )
  return () => {
    clearTimeout(timer)
    release()
  }
}
