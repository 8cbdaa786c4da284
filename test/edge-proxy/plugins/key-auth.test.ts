import { describe, expect, it } from 'vitest'
import { routed, serving, through } from '../../support/through.ts'

const people = {
  consumers: [
    {
      id: '11111111-1111-4111-8111-111111111111',
      username: 'bob',
      custom_id: 'b-1',
      keyauth_credentials: [{ id: '22222222-2222-4222-8222-222222222222', key: 'kong' }],
    },
    { username: 'zoë', keyauth_credentials: [{ key: 'schlüssel' }] },
    { username: 'nobody' },
  ],
}

const message = (body: string) => (JSON.parse(body) as { message: string }).message

describe('key-auth', () => {
  it('tells the upstream who calls, whatever the client claims', async () => {
    const { status, upstream } = await through(
      'key-auth',
      {},
      {
        headers: { apikey: 'kong', 'X-Consumer-Username': 'root', 'X-Anonymous-Consumer': 'true' },
      },
      people,
    )
    expect(status).toBe(200)
    expect(upstream?.headers.getAll('x-consumer-username')).toEqual(['bob'])
    expect(upstream?.headers.get('x-consumer-id')).toBe('11111111-1111-4111-8111-111111111111')
    expect(upstream?.headers.get('x-consumer-custom-id')).toBe('b-1')
    expect(upstream?.headers.get('x-credential-identifier')).toBe(
      '22222222-2222-4222-8222-222222222222',
    )
    expect(upstream?.headers.has('x-anonymous-consumer')).toBe(false)
  })

  it.each([
    ['no key', {}, 'No API key found in request'],
    ['an empty key', { headers: { apikey: '' } }, 'No API key found in request'],
    [
      'an empty header though the query is good',
      { path: '/?apikey=kong', headers: { apikey: '' } },
      'No API key found in request',
    ],
    ['an unknown key', { path: '/?apikey=x' }, 'Unauthorized'],
    ['a repeated header', { headers: { apikey: ['kong', 'kong'] } }, 'Duplicate API key found'],
    ['a repeated argument', { path: '/?apikey=kong&apikey=kong' }, 'Duplicate API key found'],
    ['an argument of another case', { path: '/?APIKEY=kong' }, 'No API key found in request'],
    ['a bare argument', { path: '/?apikey' }, 'No API key found in request'],
  ])('refuses %s', async (_, sent, text) => {
    const seen = await through('key-auth', {}, sent, people)
    expect(seen.status).toBe(401)
    expect(message(seen.body)).toBe(text)
    expect(seen.headers.get('www-authenticate')).toBe('Key')
    expect(seen.upstream).toBeUndefined()
  })

  it('finds a key that is not ASCII, in a header and in the query', async () => {
    const bytes = Buffer.from('schlüssel').toString('latin1')
    expect((await through('key-auth', {}, { headers: { apikey: bytes } }, people)).status).toBe(200)
    const escaped = { path: '/?apikey=schl%C3%BCssel' }
    expect((await through('key-auth', {}, escaped, people)).status).toBe(200)
  })

  it('finds a name with underscores in a header spelled with dashes', async () => {
    const config = { key_names: ['api_key'] }
    const seen = await through('key-auth', config, { headers: { 'Api-Key': 'kong' } }, people)
    expect(seen.status).toBe(200)
  })

  it('looks in the body only when told to', async () => {
    const sent = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"apikey":"kong"}',
    }
    expect((await through('key-auth', {}, sent, people)).status).toBe(401)
    expect((await through('key-auth', { key_in_body: true }, sent, people)).status).toBe(200)
  })

  it('hides the key in header, query and body alike, and leaves the rest as it was', async () => {
    const { upstream } = await through(
      'key-auth',
      { hide_credentials: true, key_in_body: true },
      {
        method: 'POST',
        path: '/?c=%41&%61pikey=x&b',
        headers: { apikey: 'kong', 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'z=%7A&apikey=kong&y=1',
      },
      people,
    )
    expect(upstream?.headers.has('apikey')).toBe(false)
    expect(upstream?.target).toBe('/?c=%41&b')
    expect(upstream?.text).toBe('z=%7A&y=1')
  })

  it('hides a part of a multipart body', async () => {
    const part = (name: string, value: string) =>
      `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const { upstream } = await through(
      'key-auth',
      { hide_credentials: true, key_in_body: true },
      {
        method: 'POST',
        headers: { 'Content-Type': 'multipart/form-data; boundary=B' },
        body: `${part('a', '1')}${part('apikey', 'kong')}${part('b', '2')}--B--\r\n`,
      },
      people,
    )
    expect(upstream?.text).toBe(`${part('a', '1')}${part('b', '2')}--B--\r\n`)
  })

  it('lets a request without a good key go on as the anonymous consumer', async () => {
    const sent = { headers: { apikey: 'wrong', 'X-Credential-Identifier': 'forged' } }
    const { status, upstream } = await through('key-auth', { anonymous: 'nobody' }, sent, people)
    expect(status).toBe(200)
    expect(upstream?.headers.get('x-consumer-username')).toBe('nobody')
    expect(upstream?.headers.get('x-anonymous-consumer')).toBe('true')
    expect(upstream?.headers.has('x-credential-identifier')).toBe(false)
  })

  it('answers 500 when the anonymous consumer does not exist', async () => {
    const seen = await through('key-auth', { anonymous: 'ghost' }, {}, people)
    expect(seen.status).toBe(500)
    expect(message(seen.body)).toBe("anonymous consumer ghost is configured but doesn't exist")
  })

  it('leaves preflight requests alone when told to', async () => {
    const config = { run_on_preflight: false }
    expect((await through('key-auth', config, { method: 'OPTIONS' }, people)).status).toBe(200)
    expect((await through('key-auth', config, {}, people)).status).toBe(401)
  })

  it('takes new keys and forgets old ones with the next configuration, plugin unchanged', async () => {
    const on = [{ name: 'key-auth' }]
    const gateway = serving(routed(on, people))
    const other = { consumers: [{ username: 'eve', keyauth_credentials: [{ key: 'new' }] }] }
    gateway.load(routed(on, other))
    expect((await gateway.send({ headers: { apikey: 'kong' } })).status).toBe(401)
    expect((await gateway.send({ headers: { apikey: 'new' } })).status).toBe(200)
  })

  it('names the realm in its challenge', async () => {
    const seen = await through('key-auth', { realm: 'club' }, {}, people)
    expect(seen.headers.get('www-authenticate')).toBe('Key realm="club"')
  })
})
