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
  /** It did not, and why: said once for each reason, because traffic does not depend on it. */
  lost(error: Error): void
}

export const contact = (clock: Clock, log: Log): Contact => {
  let connected = false
  let last: number | undefined
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
      if (trouble === error.message) return
      trouble = error.message
      const advice =
        error instanceof Unauthorized
          ? '; a good TIDEGATE_REGISTRATION_TOKEN registers it anew'
          : ''
      log('warn', `no word from the control plane: ${error.message}${advice}`)
    },
  }
}
