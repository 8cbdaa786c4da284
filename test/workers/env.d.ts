import type { D1Migration } from 'cloudflare:test'
import type { Env as ControlPlane } from '#workers/env'

declare global {
  namespace Cloudflare {
    interface Env extends ControlPlane {
      MIGRATIONS: D1Migration[]
    }
    interface GlobalProps {
      mainModule: typeof import('#workers/control')
    }
  }
}
