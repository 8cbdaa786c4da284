import type { Host } from '#engine/host'

/**
 * Requests of plugins to collectors and identity providers, by `fetch`. Redirects are answers, not followed: where such
 * a request goes is what the plugin was configured with.
 */
export const outboundFetch =
  (fetch: typeof globalThis.fetch): Host['fetch'] =>
  async ({ method, url, headers, body, timeout }) => {
    const answer = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeout),
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    })
    return { status: answer.status, text: () => answer.text() }
  }
