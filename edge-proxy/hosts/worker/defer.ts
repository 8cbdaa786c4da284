import { waitUntil } from 'cloudflare:workers'

/** Keeps work alive after the answer left, in the request that is being handled. A failure is logged, never thrown. */
export const defer = (work: Promise<unknown>): void => {
  waitUntil(
    work.catch((error: unknown) => {
      console.error(
        JSON.stringify({ level: 'error', message: 'deferred work failed', error: String(error) }),
      )
    }),
  )
}
