import { describe, expect, it } from 'vitest'
import { routed, serving, through } from '../../support/through.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('correlation-id', () => {
  it('counts up behind one prefix by default', async () => {
    const { send } = serving(routed([{ name: 'correlation-id' }]))
    const id = async () => (await send()).upstream?.headers.get('kong-request-id') ?? ''
    const [prefix = '', first] = (await id()).split('#')
    expect(prefix).toMatch(uuid)
    expect(first).toBe('1')
    expect(await id()).toBe(`${prefix}#2`)
  })

  it('makes a new UUID for each request', async () => {
    const { send } = serving(routed([{ name: 'correlation-id', config: { generator: 'uuid' } }]))
    const first = (await send()).upstream?.headers.get('kong-request-id')
    expect(first).toMatch(uuid)
    expect((await send()).upstream?.headers.get('kong-request-id')).not.toBe(first)
  })

  it('tells where a request came in and when (tracker)', async () => {
    const { upstream } = await through('correlation-id', { generator: 'tracker' })
    expect(upstream?.headers.get('kong-request-id')).toBe(
      '127.0.0.1-80-4711-50000-1-1767268800.000',
    )
  })

  it('keeps the one that the client sent, unless it is blank', async () => {
    const sent = (value: string) => ({ headers: { 'Kong-Request-ID': value } })
    const kept = await through('correlation-id', {}, sent('mine'))
    expect(kept.upstream?.headers.getAll('kong-request-id')).toEqual(['mine'])
    const blank = await through('correlation-id', { generator: 'uuid' }, sent('  '))
    expect(blank.upstream?.headers.get('kong-request-id')).toMatch(uuid)
  })

  it('gives it back to the client when told to, on refusals too', async () => {
    const config = { header_name: 'X-Trace', echo_downstream: true }
    const { send } = serving(
      routed([{ name: 'correlation-id', config }, { name: 'request-termination' }]),
    )
    const seen = await send({ headers: { 'X-Trace': 'mine' } })
    expect(seen.status).toBe(503)
    expect(seen.headers.get('x-trace')).toBe('mine')
  })

  it('stays silent towards the client by default', async () => {
    expect((await through('correlation-id', {})).headers.has('kong-request-id')).toBe(false)
  })
})
