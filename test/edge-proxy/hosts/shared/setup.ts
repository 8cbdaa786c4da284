import type { Applied } from '../../../../edge-proxy/engine/gateway.ts'
import type { SnapshotEntity } from '../../../../edge-proxy/engine/snapshot.ts'
import type { Candidate } from '../../../../edge-proxy/hosts/shared/candidate.ts'
import { type Clock, systemClock } from '../../../../edge-proxy/hosts/shared/clock.ts'
import type { Store } from '../../../../edge-proxy/hosts/shared/store.ts'
import { createSync, type SyncOptions } from '../../../../edge-proxy/hosts/shared/sync.ts'
import { REGISTRATION_TOKEN, type TestControlPlane } from './control-plane.ts'

export const service = (number: number, host = 'echo.test'): SnapshotEntity => ({
  kind: 'services',
  entity: { id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`, host, port: 80 },
})

/** A store that a test can look into and spoil. */
export const memoryStore = () => {
  const files = new Map<string, string>()
  const store: Store = {
    loadRegistration: async () => files.get('registration'),
    saveRegistration: async (text) => void files.set('registration', text),
    loadSnapshot: async (slot) => files.get(slot),
    async saveSnapshot(text, keepCurrent) {
      const current = files.get('current')
      if (keepCurrent && current !== undefined) files.set('previous', current)
      files.set('current', text)
    },
  }
  return { files, store }
}

/** A sync against a test control plane, with a gateway that takes everything but services on host `refused.test`. */
export const syncWith = (plane: TestControlPlane, changes: Partial<SyncOptions> = {}) => {
  const applied: Candidate[] = []
  const logs: string[] = []
  const { files, store } = memoryStore()
  const apply = (candidate: Candidate): Applied => {
    const problems = candidate.entities
      .filter(({ entity }) => entity.host === 'refused.test')
      .map(({ kind, entity }) => ({ kind, id: entity.id, message: 'host: is refused' }))
    if (problems.length > 0) return { ok: false, problems }
    applied.push(candidate)
    return { ok: true, warnings: [] }
  }
  const sync = createSync({
    url: plane.url,
    registrationToken: REGISTRATION_TOKEN,
    trustedKeys: undefined,
    identity: { hostname: 'test-host', version: '0.0.0', host: 'node' },
    fetch,
    clock: systemClock,
    random: () => 0,
    store,
    log: (level, message) => void logs.push(`${level} ${message}`),
    grace: 0,
    apply,
    recordsDropped: () => 0,
    defer: (work) => void work,
    ...changes,
  })
  return { sync, applied, logs, files, store }
}

/** Waits until something holds, by looking again and again. */
export const until = async (holds: () => boolean, what: string, ms = 20_000): Promise<void> => {
  const limit = performance.now() + ms
  while (!holds()) {
    if (performance.now() > limit) throw new Error(`waited ${ms} ms for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** A clock that stands still until the test moves it. */
export const stillClock = (start = Date.UTC(2026, 0, 1)) => {
  let time = start
  const timers = new Set<{ at: number; run: () => void }>()
  const clock: Clock = {
    now: () => time,
    after(ms, run) {
      const timer = { at: time + ms, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }
  /** Moves on and runs what comes due, letting promises settle between. */
  const advance = async (ms: number) => {
    const end = time + ms
    for (;;) {
      const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      timers.delete(due)
      time = Math.max(time, due.at)
      due.run()
      await settle()
    }
    time = end
    await settle()
  }
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
  return { clock, advance }
}
