import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sealer } from '../../../../edge-proxy/engine/seal.ts'
import { newSigningKey, TestControlPlane } from './control-plane.ts'
import { service, syncWith, until } from './setup.ts'

let plane: TestControlPlane
beforeEach(async () => {
  plane = await TestControlPlane.start()
})
afterEach(() => plane.close())

describe('sync', () => {
  it('registers, takes the newest version and says so', async () => {
    const { root } = await plane.publish([service(1)])
    const { sync, applied } = syncWith(plane)

    expect(await sync.turn(0)).toBe('applied')

    expect(plane.registered).toEqual([{ hostname: 'test-host', version: '0.0.0', host: 'node' }])
    expect(applied).toEqual([{ version: 1, root, entities: [service(1)], change: undefined }])
    await until(() => plane.statuses.length > 0, 'a status report')
    expect(plane.statuses[0]).toMatchObject({ version: 1, root, refused: null, host: 'node' })
    expect(sync.state).toMatchObject({ node_id: 'node-1', version: 1, connected: true })
  })

  it('is woken by a new version while its question is held', async () => {
    const { sync, applied } = syncWith(plane)
    sync.start()
    await until(() => plane.pollsHeld === 1, 'a held poll')
    const began = performance.now()
    await plane.publish([service(1)])
    await until(() => applied.length === 1, 'version 1')
    expect(performance.now() - began).toBeLessThan(1000)

    await until(() => plane.pollsHeld === 1, 'the next held poll')
    await plane.publish([service(1), service(2)])
    await until(() => applied.length === 2, 'version 2')
    await sync.stop()
  })

  it('fetches only what changed, and ends with the root that was signed', async () => {
    await plane.publish([service(1), service(2), service(3)])
    const { sync, applied } = syncWith(plane)
    await sync.turn(0)
    const first = applied[0]?.root
    const { root } = await plane.publish([service(1), service(2, 'other.test'), service(4)])

    expect(await sync.turn(0)).toBe('applied')

    expect(plane.requests).toContain(`GET /runtime/v1/snapshots/${root}?base=${first}`)
    expect(applied[1]?.change).toEqual({
      base: first,
      put: [service(2, 'other.test'), service(4)],
      removed: [`services/${service(3).entity.id}`],
    })
    expect(applied[1]?.entities).toHaveLength(3)
  })

  it('fetches everything when a change does not add up', async () => {
    await plane.publish([service(1)])
    const { sync, applied } = syncWith(plane, {
      fetch: async (address, init) => {
        const answer = await fetch(address, init)
        if (!String(address).includes('base=')) return answer
        return Response.json({ ...((await answer.json()) as object), entities: [] })
      },
    })
    await sync.turn(0)
    const { root } = await plane.publish([service(1), service(2)])

    expect(await sync.turn(0)).toBe('applied')

    expect(plane.requests).toContain(`GET /runtime/v1/snapshots/${root}`)
    expect(applied[1]?.entities).toEqual([service(1), service(2)])
  })

  it('opens secrets for the gateway and stores them sealed', async () => {
    const { seal } = await sealer(plane.groupKey)
    const sealed = await seal('the private key')
    const id = service(9).entity.id
    const certificate = { kind: 'certificates', entity: { id, key: sealed, list: [sealed] } }
    await plane.publish([certificate])
    const { sync, applied, files } = syncWith(plane)

    await sync.turn(0)

    expect(applied[0]?.entities).toEqual([
      { kind: 'certificates', entity: { id, key: 'the private key', list: ['the private key'] } },
    ])
    expect(files.get('current')).toContain(sealed)
    expect(files.get('current')).not.toContain('the private key')
  })

  it('takes a version signed by a key that the version before named', async () => {
    const next = await newSigningKey('key-2')
    await plane.publish([service(1)], { keys: [plane.key.shown, next.shown] })
    const { sync, applied } = syncWith(plane)
    await sync.turn(0)

    await plane.publish([service(2)], { key: next, keys: [next.shown] })
    expect(await sync.turn(0)).toBe('applied')
    await plane.publish([service(3)])
    expect(await sync.turn(0)).toBe('refused')
    expect(applied.map(({ version }) => version)).toEqual([1, 2])
  })

  it('follows keys that changed while the configuration did not', async () => {
    const [second, third] = [await newSigningKey('key-2'), await newSigningKey('key-3')]
    await plane.publish([service(1)], { keys: [plane.key.shown, second.shown] })
    const { sync, applied, files } = syncWith(plane)
    await sync.turn(0)
    const again = (key: typeof second, keys: (typeof second)[], seconds: number) =>
      plane.publish([service(1)], {
        key,
        keys: keys.map(({ shown }) => shown),
        manifest: { version: 1, issued_at: new Date(Date.now() + seconds * 1000).toISOString() },
      })

    const renewed = await again(second, [second, third], 60)
    expect(await sync.turn(0)).toBe('current')
    expect(files.get('current')).toContain(plane.signedManifest())
    await again(third, [third], 120)
    expect(await sync.turn(0)).toBe('current')
    expect(await sync.turn(0)).toBe('current')

    await plane.publish([service(2)], { key: third, keys: [third.shown] })
    expect(await sync.turn(0)).toBe('applied')
    expect(applied.map(({ version }) => version)).toEqual([1, 2])
    expect(
      plane.requests.some((line) => line.includes(encodeURIComponent(renewed.issued_at))),
    ).toBe(true)
  })

  it('registers anew under its own id when its token is no longer good', async () => {
    await plane.publish([service(1)])
    const { sync, applied } = syncWith(plane)
    await sync.turn(0)
    plane.forget()
    await plane.publish([service(2)])

    expect(await sync.turn(0)).toBe('applied')

    expect(plane.registered[1]).toMatchObject({ node_id: 'node-1' })
    expect(applied).toHaveLength(2)
  })

  it('begins anew when it is registered with another group', async () => {
    await plane.publish([service(1)], { manifest: { version: 7 } })
    const { sync, applied } = syncWith(plane)
    await sync.turn(0)
    plane.forget()
    plane.group = { id: 'group-2', name: 'other' }
    await plane.publish([service(2)], { manifest: { version: 1 } })

    expect(await sync.turn(0)).toBe('applied')
    expect(applied[1]).toMatchObject({ version: 1, change: undefined })
  })

  it('says once that the control plane is away, and when it is back', async () => {
    await plane.publish([service(1)])
    const { sync, logs } = syncWith(plane)
    plane.failing = 503
    expect([await sync.turn(0), await sync.turn(0)]).toEqual(['away', 'away'])
    expect(sync.state.connected).toBe(false)
    plane.failing = undefined
    await sync.turn(0)
    expect(logs.filter((line) => line.startsWith('warn no word from'))).toEqual([
      'warn no word from the control plane: POST /runtime/v1/register answered 503: failing',
    ])
    expect(logs).toContain('info the control plane answers again')
  })

  it('says what a registration token that is not good needs', async () => {
    const { sync, logs } = syncWith(plane, { registrationToken: 'tgr_wrong' })
    expect(await sync.turn(0)).toBe('unauthorized')
    expect(logs[0]).toContain('a good TIDEGATE_REGISTRATION_TOKEN registers it anew')
  })

  it('believes pinned keys, whatever the registration says', async () => {
    await plane.publish([service(1)])
    const other = await newSigningKey('pinned')
    const { sync } = syncWith(plane, { trustedKeys: [other.shown] })
    expect(await sync.turn(0)).toBe('refused')
    await plane.publish([service(1)], { key: other })
    expect(await sync.turn(0)).toBe('applied')
  })

  it('comes back by itself after the control plane was away', async () => {
    await plane.publish([service(1)])
    const { sync, applied } = syncWith(plane)
    sync.start()
    await until(() => applied.length === 1, 'version 1')
    const { port } = plane
    await plane.close()
    await until(() => !sync.state.connected, 'the loss')
    await plane.listen(port)
    await plane.publish([service(2)])
    await until(() => applied.length === 2, 'version 2')
    await sync.stop()
  })
})

describe('a configuration that does not prove itself', () => {
  const refusedAfterFirst = async (publish: () => Promise<unknown>) => {
    await plane.publish([service(1)])
    const setup = syncWith(plane)
    await setup.sync.turn(0)
    await publish()
    expect(await setup.sync.turn(0)).toBe('refused')
    await until(() => plane.statuses.some(({ refused }) => refused), 'the refusal in a report')
    expect(setup.applied).toHaveLength(1)
    expect(setup.sync.state.version).toBe(1)
    const refused = plane.statuses.at(-1)?.refused
    expect(setup.logs).toContain(`error configuration refused: ${refused?.reason}`)
    return { ...setup, refused }
  }

  it.each([
    {
      what: 'another key signed it',
      publish: async () => plane.publish([service(2)], { key: await newSigningKey('stranger') }),
      reason: 'manifest is signed by unknown key stranger',
    },
    {
      what: 'another key signed it in the name of ours',
      publish: async () => plane.publish([service(2)], { key: await newSigningKey('key-1') }),
      reason: 'signature of the manifest does not verify',
    },
    {
      what: 'it is for another group',
      publish: async () => plane.publish([service(2)], { manifest: { group: 'group-2' } }),
      reason: 'manifest is for another group',
    },
    {
      what: 'it is expired',
      publish: async () =>
        plane.publish([service(2)], { manifest: { expires_at: '2026-01-01T00:00:00.000Z' } }),
      reason: 'manifest of version 2 expired at 2026-01-01T00:00:00.000Z',
    },
    {
      what: 'its content is not what was signed',
      publish: async () => plane.publish([service(2)], { content: [service(2, 'evil.test')] }),
      reason: /^content of version 2 hashes to \w{64}, its manifest says \w{64}$/,
    },
  ])(
    'is refused and reported, and the last good one serves: $what',
    async ({ publish, reason }) => {
      const { refused } = await refusedAfterFirst(publish)
      expect(refused).toMatchObject({ version: 2, reason: expect.stringMatching(reason) })
    },
  )

  it('is refused when it is older than what the runtime has', async () => {
    await plane.publish([service(1)], { manifest: { version: 5 } })
    const { sync, applied } = syncWith(plane)
    await sync.turn(0)
    plane.pushy = true
    await plane.publish([service(2)], { manifest: { version: 4 } })

    expect(await sync.turn(0)).toBe('refused')

    expect(sync.state.refused).toMatchObject({
      version: 4,
      reason: 'version 4 is older than version 5, which this runtime has',
    })
    expect(applied).toHaveLength(1)
  })

  it('is refused with the reason for each entity when it does not compile', async () => {
    const { refused } = await refusedAfterFirst(() =>
      plane.publish([service(1), service(2, 'refused.test')]),
    )
    expect(refused?.entities).toEqual([
      { kind: 'services', id: service(2).entity.id, message: 'host: is refused' },
    ])
  })

  it('is refused when a secret does not open with the key of the group', async () => {
    const { seal } = await sealer('A'.repeat(43))
    const { id } = service(3).entity
    const key = await seal('x')
    const { refused } = await refusedAfterFirst(() =>
      plane.publish([{ kind: 'certificates', entity: { id, key } }]),
    )
    expect(refused?.entities).toMatchObject([{ kind: 'certificates', id }])
  })

  it('is not asked for again and again, and the next version is taken at once', async () => {
    await plane.publish([service(1)])
    const { sync, applied } = syncWith(plane)
    sync.start()
    await until(() => applied.length === 1, 'version 1')
    await plane.publish([service(2, 'refused.test')])
    await until(() => sync.state.refused?.version === 2, 'the refusal')
    await until(() => plane.pollsHeld === 1, 'a held poll')
    const asked = plane.requests.filter((line) => line.includes('/config')).length
    expect(asked).toBeLessThan(6)

    await plane.publish([service(3)])
    await until(() => applied.length === 2, 'version 3')
    expect(sync.state).toMatchObject({ version: 3, refused: null })
    await sync.stop()
  })

  it('slows down when the control plane answers with it again and again', async () => {
    await plane.publish([service(1)], { key: await newSigningKey('stranger') })
    plane.pushy = true
    const { sync, logs } = syncWith(plane)
    sync.start()
    await until(
      () => plane.requests.filter((line) => line.includes('/config')).length >= 3,
      'polls',
    )
    await sync.stop()
    expect(logs.filter((line) => line.includes('configuration refused'))).toHaveLength(1)
    expect(plane.requests.filter((line) => line.includes('/config')).length).toBeLessThan(5)
  })
})

describe('a stored snapshot', () => {
  const stored = async () => {
    await plane.publish([service(1)])
    const first = syncWith(plane)
    await first.sync.turn(0)
    await plane.publish([service(2)])
    await first.sync.turn(0)
    return first
  }
  const flip = (text: string | undefined, needle: string, put: string): string => {
    if (!text?.includes(needle)) throw new Error(`nothing to flip: ${needle}`)
    return text.replace(needle, put)
  }

  it('serves without the control plane', async () => {
    const { store } = await stored()
    const { sync, applied } = syncWith(plane, { store })
    await plane.close()
    expect(await sync.restore()).toBe(2)
    expect(applied[0]?.entities).toEqual([service(2)])
  })

  it('is refused after one byte changed, and the one before it serves', async () => {
    const { store, files } = await stored()
    files.set('current', flip(files.get('current'), 'echo.test', 'fcho.test'))
    const { sync, applied, logs } = syncWith(plane, { store })

    expect(await sync.restore()).toBe(1)

    expect(applied[0]?.entities).toEqual([service(1)])
    const reason = expect.stringMatching(/^stored current snapshot: content of version 2 hashes to/)
    expect(sync.state.refused).toMatchObject({ version: 2, reason })
    expect(logs.some((line) => line.startsWith('error configuration refused: stored'))).toBe(true)

    expect(await sync.turn(0)).toBe('applied')
    await until(() => plane.statuses.some(({ refused }) => refused), 'the report')
    expect(plane.statuses.at(-1)).toMatchObject({ version: 2, refused: { version: 2, reason } })
    expect(JSON.parse(files.get('previous') ?? '').entities).toEqual([service(1)])
    expect(JSON.parse(files.get('current') ?? '').entities).toEqual([service(2)])
  })

  it.each([
    ['it is no JSON', 'not json', /not readable as JSON/],
    ['it holds no manifest', '{"entities":[]}', /holds no manifest/],
  ])('is refused when %s', async (_, text, reason) => {
    const { store, files } = await stored()
    files.set('current', text)
    const { sync } = syncWith(plane, { store })
    expect(await sync.restore()).toBe(1)
    expect(sync.state.refused).toMatchObject({
      version: null,
      reason: expect.stringMatching(reason),
    })
  })

  it('is refused when another key signed it', async () => {
    const { store, files } = await stored()
    const stranger = await TestControlPlane.start()
    await stranger.publish([service(2, 'evil.test')], { manifest: { version: 2 } })
    const theirs = syncWith(stranger)
    await theirs.sync.turn(0)
    await stranger.close()
    files.set('current', theirs.files.get('current') ?? '')
    const { sync, applied } = syncWith(plane, { store })

    expect(await sync.restore()).toBe(1)
    expect(applied[0]?.entities).toEqual([service(1)])
  })

  it('leaves nothing to serve when both are spoilt, and the control plane helps', async () => {
    const { store, files } = await stored()
    files.set('current', flip(files.get('current'), 'echo.test', 'fcho.test'))
    files.set('previous', flip(files.get('previous'), 'echo.test', 'fcho.test'))
    const { sync, applied } = syncWith(plane, { store })
    expect(await sync.restore()).toBe(0)
    expect(applied).toEqual([])
    expect(await sync.turn(0)).toBe('applied')
    expect(sync.state.version).toBe(2)
  })

  it('is believed after the keys were changed since', async () => {
    const next = await newSigningKey('key-2')
    await plane.publish([service(1)], { keys: [next.shown] })
    const { sync, store } = syncWith(plane)
    await sync.turn(0)
    const again = syncWith(plane, { store })
    expect(await again.sync.restore()).toBe(1)
  })

  it('keeps on serving when it cannot be stored', async () => {
    await plane.publish([service(1)])
    const { store } = syncWith(plane)
    const { sync, logs } = syncWith(plane, {
      store: {
        ...store,
        saveSnapshot: async () => {
          throw new Error('disk full')
        },
      },
    })
    expect(await sync.turn(0)).toBe('applied')
    expect(logs).toContain('error could not store version 1: disk full')
  })
})
