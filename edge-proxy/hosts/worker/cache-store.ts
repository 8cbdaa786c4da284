import { type Sealer, sealer, toBase64Url } from '#engine/seal'
import { sha256Hex } from '#engine/snapshot'
import type { Store } from '../shared/store.ts'

const LIFETIME = 'max-age=31536000'

/**
 * Keeps registration and snapshots in Cloudflare's cache, for the isolates of one data center: what a cold isolate
 * serves when the control plane is away. Names and keys derive from the registration token, so nobody without it finds
 * or reads an entry. A cache may forget at any time; then the runtime registers anew.
 */
export const cacheStore = (controlPlane: string, registrationToken: string): Store => {
  const scope = sha256Hex(`tidegate/cache/v1\n${controlPlane}\n${registrationToken}`)
  const address = (name: string) => `https://tidegate.invalid/${scope}/${name}`
  const sealed = lazySealer(registrationToken)

  const load = async (name: string): Promise<string | undefined> => {
    const cache = await caches.open('tidegate')
    const found = await cache.match(address(name))
    return found ? (await sealed()).open(await found.text()) : undefined
  }
  const save = async (name: string, text: string): Promise<void> => {
    const cache = await caches.open('tidegate')
    const content = await (await sealed()).seal(text)
    await cache.put(
      address(name),
      new Response(content, { headers: { 'cache-control': LIFETIME } }),
    )
  }

  return {
    loadRegistration: () => load('registration'),
    saveRegistration: (text) => save('registration', text),
    loadSnapshot: load,
    async saveSnapshot(text, keepCurrent) {
      const current = keepCurrent ? await load('current') : undefined
      if (current !== undefined) await save('previous', current)
      await save('current', text)
    },
  }
}

const lazySealer = (token: string): (() => Promise<Sealer>) => {
  let made: Promise<Sealer> | undefined
  return () => {
    made ??= crypto.subtle
      .digest('SHA-256', new TextEncoder().encode(`tidegate/cache/key/v1\n${token}`))
      .then((bytes) => sealer(toBase64Url(new Uint8Array(bytes))))
    return made
  }
}
