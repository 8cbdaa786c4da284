import type { Clock } from './clock.ts'
import { Unauthorized } from './control-plane.ts'
import type { Log } from './log.ts'

/** Whether the control plane can be reached, and since when it was heard last. */
export interface Contact {
  readonly connected: boolean
  /** Epoch milliseconds of the last answer. */
  readonly last: number | undefined
  /** It answered. */
  heard(): void
  /** It did not, and why. A warning only when that is news: traffic does not depend on it. */
  lost(error: Error): void
}

export const contact = (clock: Clock, log: Log): Contact => {
  let connected = false
  let last: number | undefined
  /** Name of the failure that was warned of. */
  let trouble: string | undefined

  return {
    get connected() {
      return connected
    },
    get last() {
      return last
    },

    heard() {
      connected = true
      last = clock.now()
      if (trouble !== undefined) log('info', 'the control plane answers again')
      trouble = undefined
    },

    lost(error) {
      connected = false
      const known = trouble === error.name
      trouble = error.name
      const advice =
        error instanceof Unauthorized
          ? '; a good TIDEGATE_REGISTRATION_TOKEN registers it anew'
          : ''
      const message = `no word from the control plane: ${error.message}${advice}`
      log(known ? 'debug' : 'warn', message)
    },
  }
}
