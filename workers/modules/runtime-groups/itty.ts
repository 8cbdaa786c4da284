import { DurableObject } from 'cloudflare:workers'
import { createDurable } from 'itty-durable'

/** What an itty-durable class is, as far as this wrapper relies on it; its own types say `any`. */
interface IttyInstance {
  state: DurableObjectState & { env: unknown }
  fetch(request: Request): Promise<Response>
}

type IttyClass = new (state: DurableObjectState, env: object) => IttyInstance

/** What a Durable Object class gets from the wrapper. Both halves of its name reach it: RPC stubs and `fetch`. */
export interface IttyDurable<Env> extends Rpc.DurableObjectBranded {
  readonly ctx: DurableObjectState
  readonly env: Env
  fetch(request: Request): Promise<Response>
}

/** Methods of itty-durable that would let any caller wipe or rewrite an object. Nothing here needs them. */
const UNWANTED = [
  'destroy',
  'reset',
  'persist',
  'toJSON',
  'block',
  'setAlarm',
  'getAlarm',
  'deleteAlarm',
  'onDestroy',
]

/**
 * A class to extend: itty-durable, typed, callable by native RPC. Methods in `callable` also answer itty's own calls
 * (`https://itty-durable/do/call/<method>`); everything else over `fetch` is 404.
 *
 * It keeps clear of what itty-durable does that does not suit an object with state of its own: it is not given the
 * bindings (it would wrap those that merely look like namespaces), it neither loads nor saves fields, and its lifecycle
 * methods cannot be called from outside. Keep state in SQLite or in `#private` fields, and initialise in the constructor.
 */
export const ittyDurable = <Env extends object>(callable: readonly string[]) => {
  const Itty = createDurable({ autoReturn: false, autoPersist: false }) as unknown as IttyClass
  for (const method of UNWANTED) Reflect.deleteProperty(Itty.prototype, method)
  // workerd allows RPC only to classes that descend from DurableObject, and looks at both chains.
  Object.setPrototypeOf(Itty, DurableObject)
  Object.setPrototypeOf(Itty.prototype, DurableObject.prototype)
  const allowed = new Set(callable)

  class Base extends Itty {
    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, {})
      this.state.env = env
    }

    get ctx(): DurableObjectState {
      return this.state
    }

    get env(): Env {
      return this.state.env as Env
    }

    override async fetch(request: Request): Promise<Response> {
      const [, , action, method] = new URL(request.url).pathname.split('/')
      if (action === 'call' && method !== undefined && allowed.has(method)) {
        return Itty.prototype.fetch.call(this, request)
      }
      return Response.json({ status: 404, error: 'no such method' }, { status: 404 })
    }

    getPersistable(): object {
      return {}
    }

    async loadFromStorage(): Promise<void> {}
  }

  return Base as unknown as new (
    ctx: DurableObjectState,
    env: Env,
  ) => IttyDurable<Env>
}
