import type { Log } from '../shared/log.ts'

/**
 * A promise that nobody looked after costs one request what it was for, not all requests the process. An exception
 * outside of any promise still ends the process: nobody knows what it left half done.
 */
export const surviveRejections = (log: Log): void => {
  process.on('unhandledRejection', (reason) => {
    const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)
    log('error', `work that nobody waited for failed: ${text}`)
  })
}
