/**
 * What lies between Workers and the world. workerd ignores `cf.resolveOverride`, which preserve_host needs: calls that
 * carry it go out through Node, which can name one host and connect to another. All others go straight on.
 */
interface NetworkEnvironment {
  RESOLVE: Fetcher
}

export default {
  fetch(request: Request<unknown, RequestInitCfProperties>, env: NetworkEnvironment) {
    const address = request.cf?.resolveOverride
    if (typeof address !== 'string') {
      return fetch(request, { redirect: 'manual', encodeResponseBody: 'manual' })
    }
    const headers = new Headers(request.headers)
    headers.set('tidegate-resolve', `${new URL(request.url).protocol}//${address}`)
    return env.RESOLVE.fetch(new Request(request, { headers, redirect: 'manual' }), {
      encodeResponseBody: 'manual',
    })
  },
}
