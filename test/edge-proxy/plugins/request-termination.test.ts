import { describe, expect, it } from 'vitest'
import { through } from '../../support/through.ts'

describe('request-termination', () => {
  it('answers 503 as JSON without calling the upstream', async () => {
    const seen = await through('request-termination', {})
    expect(seen.status).toBe(503)
    expect(seen.body).toBe('{"message":"Service unavailable"}')
    expect(seen.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(seen.upstream).toBeUndefined()
  })

  it('answers a raw body with its type', async () => {
    const config = { status_code: 200, body: 'a,b', content_type: 'text/csv' }
    const seen = await through('request-termination', config)
    expect([seen.status, seen.body, seen.headers.get('content-type')]).toEqual([
      200,
      'a,b',
      'text/csv',
    ])
  })

  it.each([
    ['a header', { headers: { 'X-Stop': '' } }, 418],
    ['a query argument, even a bare one', { path: '/?X-Stop' }, 418],
    ['nothing', {}, 200],
    ['another argument', { path: '/?y=X-Stop' }, 200],
  ])('waits for its trigger: %s', async (_, sent, status) => {
    const config = { trigger: 'X-Stop', status_code: 418 }
    expect((await through('request-termination', config, sent)).status).toBe(status)
  })

  it('shows the request and what it matched when it echoes', async () => {
    const seen = await through(
      'request-termination',
      { echo: true, message: 'hi', status_code: 200 },
      {
        method: 'POST',
        path: '/p?a=1&a&b=%20',
        headers: { 'Content-Type': 'application/json', 'X-Two': ['1', '2'] },
        body: '{"k":1}',
      },
    )
    expect(JSON.parse(seen.body)).toMatchObject({
      message: 'hi',
      kong: {
        node_id: '99999999-9999-4999-8999-999999999999',
        worker_pid: 4711,
        hostname: 'test-host',
      },
      request: {
        scheme: 'http',
        host: 'gw.test',
        port: 80,
        headers: { 'x-two': ['1', '2'] },
        query: { a: ['1', true], b: ' ' },
        body: { k: 1 },
        raw_body: '{"k":1}',
        method: 'POST',
        path: '/p',
      },
      matched_route: { name: 'r' },
      matched_service: { name: 'echo' },
    })
  })

  it.each([
    [{ message: 'x', body: 'y' }, 'message cannot be used with content_type or body'],
    [{ content_type: 'text/plain' }, 'content_type requires a body'],
    [{ echo: true, body: 'y' }, 'echo cannot be used with content_type and body'],
    [{ status_code: 99 }, 'value should be between 100 and 599'],
  ])('refuses %j', async (config, problem) => {
    await expect(async () => through('request-termination', config)).rejects.toThrow(problem)
  })
})
