import { describe, expect, it } from 'vitest'
import { Queue, type QueueSettings, queueSettings } from '#plugins/shared/queue'
import { fakeHost } from '../../../support/fake-host.ts'

/** A queue on a clock that the test moves, the batches that it sent, and what the collector says to each. */
const queued = (settings: Partial<QueueSettings>, outcomes: (string | undefined)[] = []) => {
  const host = fakeHost()
  // Work that waits for a retry must not be waited for: the test moves the clock first.
  host.defer = (work) => void work.catch((error) => host.logs.push(String(error)))
  const sent: { at: number; entries: string[] }[] = []
  const began = host.time
  const queue = new Queue({
    host,
    name: 'q',
    settings: queueSettings.parse(settings) as QueueSettings,
    async send(entries) {
      sent.push({ at: host.time - began, entries })
      return outcomes.shift()
    },
  })
  return { host, queue, sent, batches: () => sent.map(({ entries }) => entries) }
}

describe('a queue', () => {
  it('sends each entry at once and on its own by default', async () => {
    const { queue, host, batches } = queued({})
    queue.push('a')
    await host.settle()
    queue.push('b')
    await host.settle()
    expect(batches()).toEqual([['a'], ['b']])
  })

  it('waits for more entries until the batch is full or the delay is over', async () => {
    const { queue, host, sent } = queued({ max_batch_size: 2, max_coalescing_delay: 3 })
    queue.push('a')
    await host.advance(1000)
    expect(sent).toEqual([])
    queue.push('b')
    queue.push('c')
    await host.settle()
    await host.advance(2999)
    expect(sent).toEqual([{ at: 1000, entries: ['a', 'b'] }])
    await host.advance(1)
    expect(sent[1]).toEqual({ at: 4000, entries: ['c'] })
  })

  it('keeps one batch on its way, and sends what came meanwhile after it', async () => {
    const { queue, host, sent } = queued({ initial_retry_delay: 5 }, ['down'])
    queue.push('a')
    await host.settle()
    queue.push('b')
    await host.advance(4999)
    expect(sent).toHaveLength(1)
    await host.advance(1)
    expect(sent.map(({ entries }) => entries)).toEqual([['a'], ['a'], ['b']])
  })

  it('tries again after delays that double up to their most', async () => {
    const { queue, host, sent } = queued({ initial_retry_delay: 1, max_retry_delay: 3 }, [
      'down',
      'down',
      'down',
      'down',
    ])
    queue.push('a')
    await host.settle()
    await host.advance(20_000)
    expect(sent.map(({ at }) => at)).toEqual([0, 1000, 3000, 6000, 9000])
  })

  it('gives a batch up when its time is over, says so, and goes on', async () => {
    const { queue, host, sent } = queued({ initial_retry_delay: 4, max_retry_time: 10 }, [
      'one',
      'two',
      'three',
    ])
    queue.push('a')
    await host.settle()
    await host.advance(12_000)
    expect(sent.map(({ at }) => at)).toEqual([0, 4000, 12_000])
    expect(host.logs.at(-1)).toBe('error q: could not send, 1 entries lost: three')
    queue.push('b')
    await host.settle()
    expect(sent.at(-1)?.entries).toEqual(['b'])
  })

  it('drops the oldest beyond the most entries, and says how many', async () => {
    const { queue, host, batches } = queued({
      max_entries: 2,
      max_batch_size: 10,
      max_coalescing_delay: 1,
    })
    for (const entry of ['a', 'b', 'c', 'd']) queue.push(entry)
    await host.advance(1000)
    expect(batches()).toEqual([['c', 'd']])
    expect(host.logs).toContain('error q: queue is full, 1 oldest entries dropped')
  })

  it('drops the oldest beyond the most bytes, and what is larger than that at all', async () => {
    const { queue, host, batches } = queued({
      max_bytes: 5,
      max_batch_size: 10,
      max_coalescing_delay: 1,
    })
    for (const entry of ['aa', 'bb', 'cc', 'too long']) queue.push(entry)
    await host.advance(1000)
    expect(batches()).toEqual([['bb', 'cc']])
  })

  it('sends all at once without a limit of concurrency', async () => {
    const { queue, host, batches } = queued(
      { concurrency_limit: -1, initial_retry_delay: 5, max_batch_size: 10 },
      ['down'],
    )
    queue.push('a')
    queue.push('b')
    await host.settle()
    expect(batches()).toEqual([['a'], ['b']])
  })

  it('sends what is past due with the next entry, as when a Worker lost the timer', async () => {
    const { host, queue, batches } = queued({ max_batch_size: 10, max_coalescing_delay: 5 })
    const { after } = host
    host.after = () => () => {}
    queue.push('a')
    host.after = after
    await host.advance(60_000)
    expect(batches()).toEqual([])
    queue.push('b')
    await host.settle()
    expect(batches()).toEqual([['a', 'b']])
  })

  it('goes on when a batch never ends, as when a Worker stops halfway', async () => {
    const { host, queue, sent } = queued({ initial_retry_delay: 5, max_retry_time: 10 }, ['down'])
    const { after } = host
    host.after = () => () => {}
    queue.push('lost')
    await host.settle()
    host.after = after
    queue.push('waits')
    await host.advance(60_000)
    expect(sent).toHaveLength(1)
    await host.advance(10_000)
    queue.push('next')
    await host.settle()
    expect(sent.slice(1).map(({ entries }) => entries)).toEqual([['waits'], ['next']])
  })
})
