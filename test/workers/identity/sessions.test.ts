import { scryptSync } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databaseOf } from '#workers/db/database'
import { countAttempt } from '../../../workers/modules/identity/attempts.ts'
import { cookieOf, env, OWNER, type OwnedWorld, setUpWorld, signIn } from './world.ts'

const { email, password } = OWNER
const WHO = {
  user: { id: expect.any(String), name: 'Ada', email: 'ada@lovelace.test', role: 'owner' },
  organization: { id: expect.any(String), name: 'Lovelace' },
}

const kept = () => env.DB.prepare('select password from accounts').first<string>('password')

let world: OwnedWorld
let hash: string | null
beforeAll(async () => {
  world = await setUpWorld()
  hash = await kept()
})
beforeEach(() =>
  env.DB.batch([
    env.DB.prepare('delete from sessions'),
    env.DB.prepare('delete from sign_in_attempts'),
    env.DB.prepare('update accounts set password = ?').bind(hash),
  ]),
)

describe('a session', () => {
  it('begins with email and password, in whatever case the email is', async () => {
    const answer = await signIn(world, { email: ' ADA@lovelace.TEST ', password })
    expect(answer.status).toBe(201)
    expect(await answer.json()).toEqual(WHO)
    const session = await world.call('GET', '/v2/session', { cookie: cookieOf(answer) })
    expect(await session.json()).toEqual(WHO)
  })

  it('lives in a cookie that no script reads and no other site sends', async () => {
    const [cookie = ''] = (await signIn(world, { email, password })).headers.getSetCookie()
    const [pair = '', ...attributes] = cookie.split('; ')
    expect(pair).toMatch(/^__Secure-tidegate\.session_token=/)
    expect(attributes.sort()).toEqual([
      'HttpOnly',
      'Max-Age=43200',
      'Path=/',
      'SameSite=Strict',
      'Secure',
    ])
  })

  it('works on a machine of one’s own, over plain http', async () => {
    const origin = 'http://127.0.0.1:8787'
    const answer = await signIn(world, { email, password }, { origin })
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/^tidegate\.session_token=/)
    expect(cookie).not.toContain('Secure')
    const session = await world.call('GET', '/v2/session', { cookie: cookieOf(answer), origin })
    expect(session.status).toBe(200)
  })

  it('opens the rest of the API', async () => {
    const cookie = cookieOf(await signIn(world, { email, password }))
    expect((await world.call('GET', '/v2/runtime-groups', { cookie })).status).toBe(200)
    const made = await world.call('POST', '/v2/runtime-groups', { cookie, body: { name: 'eu' } })
    expect(made.status).toBe(201)
  })

  it('ends when its person signs out', async () => {
    const cookie = cookieOf(await signIn(world, { email, password }))
    const answer = await world.call('DELETE', '/v2/session', { cookie })
    expect(answer.status).toBe(204)
    expect(answer.headers.getSetCookie().join()).toContain('session_token=; Max-Age=0')
    expect((await world.call('GET', '/v2/session', { cookie })).status).toBe(401)
    expect(await env.DB.prepare('select count(*) as n from sessions').first('n')).toBe(0)
  })

  it('can be ended by somebody who has none', async () => {
    expect((await world.call('DELETE', '/v2/session')).status).toBe(204)
  })

  it('ends when its time is over', async () => {
    const cookie = cookieOf(await signIn(world, { email, password }))
    await env.DB.prepare('update sessions set expires_at = ?')
      .bind(Date.now() - 1)
      .run()
    expect((await world.call('GET', '/v2/session', { cookie })).status).toBe(401)
  })

  it('is not made longer by use', async () => {
    const cookie = cookieOf(await signIn(world, { email, password }))
    const soon = Date.now() + 60_000
    await env.DB.prepare('update sessions set expires_at = ?').bind(soon).run()
    const answer = await world.call('GET', '/v2/session', { cookie })
    expect(answer.status).toBe(200)
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await env.DB.prepare('select expires_at from sessions').first('expires_at')).toBe(soon)
  })

  it('cannot be made out of what the database holds', async () => {
    const cookie = cookieOf(await signIn(world, { email, password }))
    const token = await env.DB.prepare('select token from sessions').first<string>('token')
    const [name = ''] = cookie.split('=')
    for (const forged of [`${name}=${token}`, `${name}=${token}.AAAA`, `${cookie}A`]) {
      expect((await world.call('GET', '/v2/session', { cookie: forged })).status).toBe(401)
    }
  })
})

describe('a sign-in that fails', () => {
  it('does not tell whether the email is known', async () => {
    const tries = [
      { email, password: 'wrong' },
      { email: 'nobody@lovelace.test', password },
      { email: 'not an email', password },
      { email, password: 'x'.repeat(1000) },
    ]
    for (const body of tries) {
      const answer = await signIn(world, body)
      expect(answer.status).toBe(401)
      expect(await answer.json()).toMatchObject({ detail: 'The email or the password is wrong.' })
      expect(answer.headers.getSetCookie()).toEqual([])
    }
  })

  it('is possible five times from one place, then has to wait, even with the right password', async () => {
    for (let at = 0; at < 5; at++) {
      expect((await signIn(world, { email, password: 'wrong' })).status).toBe(401)
    }
    world.pass(60_000)
    const answer = await signIn(world, { email, password })
    expect(answer.status).toBe(429)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.headers.get('retry-after')).toBe('840')
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('840 seconds') })
    world.pass(840_000)
    expect((await signIn(world, { email, password })).status).toBe(201)
  })

  it('leaves people from elsewhere alone', async () => {
    const bad = Array.from({ length: 6 }, () => signIn(world, { email, password: 'wrong' }))
    await Promise.all(bad)
    const headers = { 'cf-connecting-ip': '198.51.100.7' }
    expect((await signIn(world, { email, password }, { headers })).status).toBe(201)
  })

  it('is counted before it is looked at, so that many at once do not slip through', async () => {
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => signIn(world, { email, password: 'wrong' })),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([...Array(5).fill(401), ...Array(4).fill(429)])
  })

  it('is forgotten when one succeeds', async () => {
    for (const attempt of ['wrong', 'wrong', 'wrong', password, 'wrong', 'wrong', 'wrong']) {
      await signIn(world, { email, password: attempt })
    }
    expect((await signIn(world, { email, password })).status).toBe(201)
  })
})

describe('limits on sign-ins', () => {
  const rules = (now: number) => ({ db: databaseOf(env), env, now: () => now })
  const refused = async (
    count: number,
    guess: (at: number) => [email: string, address: string],
  ) => {
    let refusals = 0
    for (let at = 0; at < count; at++) {
      const { retryAfter } = await countAttempt(rules(1_000), ...guess(at))
      if (retryAfter !== undefined) refusals++
    }
    return refusals
  }

  it('stop guesses at one person from many places', async () => {
    expect(await refused(60, (at) => ['ada@lovelace.test', `192.0.2.${at}`])).toBe(10)
  })

  it('stop guesses at many people from one place', async () => {
    expect(await refused(60, (at) => [`p${at}@lovelace.test`, '192.0.2.1'])).toBe(10)
  })

  it('start anew when the window is over', async () => {
    expect(await refused(7, () => ['ada@lovelace.test', '192.0.2.1'])).toBe(2)
    const later = await countAttempt(rules(901_000), 'ada@lovelace.test', '192.0.2.1')
    expect(later.retryAfter).toBeUndefined()
  })
})

describe('a password', () => {
  it('is kept as a salted hash that says what it cost', async () => {
    expect(await kept()).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[\w+/]{22}\$[\w+/]{43}$/)
  })

  it('is hashed anew at sign-in when its hash was cheaper than hashes are now', async () => {
    const salt = new Uint8Array(16).fill(7)
    const digest = scryptSync(password, salt, 32, { N: 2 ** 12, r: 8, p: 1 })
    const bare = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '')
    const cheap = `$scrypt$ln=12,r=8,p=1$${bare(salt)}$${bare(digest)}`
    await env.DB.prepare('update accounts set password = ?').bind(cheap).run()

    expect((await signIn(world, { email, password: 'wrong' })).status).toBe(401)
    expect(await kept()).toBe(cheap)
    expect((await signIn(world, { email, password })).status).toBe(201)
    expect(await kept()).toContain('ln=14,r=8,p=5')
    expect((await signIn(world, { email, password })).status).toBe(201)
  })

  it.each(['', 'plain', '$scrypt$ln=40,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA'])(
    'never fits a hash that is not ours: %j',
    async (hash) => {
      await env.DB.prepare('update accounts set password = ?').bind(hash).run()
      expect((await signIn(world, { email, password: hash || 'x' })).status).toBe(401)
    },
  )
})
