import type { ConfiguredConsumer, ConfiguredRoute } from './configuration.ts'
import type { Hooks } from './plugin.ts'

/** One configured plugin. */
export interface PluginInstance {
  readonly id: string
  readonly name: string
  /** Place in the order of execution: lower runs first. One number for each plugin name. */
  readonly rank: number
  readonly scope: {
    route: string | undefined
    service: string | undefined
    consumer: string | undefined
  }
  readonly hooks: Hooks
}

type RequestStep = PluginInstance & { hooks: { request: NonNullable<Hooks['request']> } }
type ResponseStep = PluginInstance & { hooks: { response: NonNullable<Hooks['response']> } }
type LogStep = PluginInstance & { hooks: { log: NonNullable<Hooks['log']> } }

/** The plugins that act on one combination of route, service and consumer, phase by phase, each in order. */
export interface Chain {
  readonly all: readonly PluginInstance[]
  readonly request: readonly RequestStep[]
  readonly response: readonly ResponseStep[]
  readonly log: readonly LogStep[]
}

/** Chains by what they act on. Each is made at its first use and kept for as long as the configuration is. */
export class Chains {
  /** Instances by plugin name, then by scope; names in order of execution. */
  readonly #byName: readonly (readonly [
    rank: number,
    byScope: ReadonlyMap<string, PluginInstance>,
  ])[]
  readonly #consumers: ReadonlySet<string>
  readonly #forRoute = new Map<ConfiguredRoute | undefined, Chain>()
  readonly #forConsumer = new Map<string, Chain>()

  constructor(instances: readonly PluginInstance[]) {
    const byName = new Map<string, [number, Map<string, PluginInstance>]>()
    for (const instance of instances) {
      const entry = byName.get(instance.name) ?? [instance.rank, new Map()]
      byName.set(instance.name, entry)
      const { route, service, consumer } = instance.scope
      entry[1].set(scopeKey(route, service, consumer), instance)
    }
    this.#byName = [...byName.values()].sort(([a], [b]) => a - b)
    this.#consumers = new Set(
      instances.flatMap(({ scope }) => (scope.consumer === undefined ? [] : [scope.consumer])),
    )
  }

  /** Before a consumer is known. Without a route, what applies to everything. */
  forRoute(route: ConfiguredRoute | undefined): Chain {
    let chain = this.#forRoute.get(route)
    if (!chain) {
      chain = chainOf(this.#select(route, undefined))
      this.#forRoute.set(route, chain)
    }
    return chain
  }

  /**
   * Once a consumer is known, after the plugin of that rank ran: what ran stays, what follows is chosen anew, because
   * plugins scoped to the consumer go before others of their name.
   */
  withConsumer(
    current: Chain,
    route: ConfiguredRoute | undefined,
    consumer: ConfiguredConsumer,
    rank: number,
  ): Chain {
    const { id } = consumer.entity
    if (!this.#consumers.has(id)) return current
    const key = `${route?.entity.id}|${id}|${rank}`
    let chain = this.#forConsumer.get(key)
    if (!chain) {
      const ran = current.all.filter((instance) => instance.rank <= rank)
      const follows = this.#select(route, id).filter((instance) => instance.rank > rank)
      chain = chainOf([...ran, ...follows])
      this.#forConsumer.set(key, chain)
    }
    return chain
  }

  /** For each plugin name the most specific instance. Kong's order of precedence. */
  #select(route: ConfiguredRoute | undefined, consumer: string | undefined): PluginInstance[] {
    const r = route?.entity.id
    const s = route?.entity.service?.id
    const keys = precedence(r, s, consumer)
    const chosen: PluginInstance[] = []
    for (const [, byScope] of this.#byName) {
      for (const key of keys) {
        const instance = byScope.get(key)
        if (instance) {
          chosen.push(instance)
          break
        }
      }
    }
    return chosen
  }
}

const scopeKey = (
  route: string | undefined,
  service: string | undefined,
  consumer: string | undefined,
) => `${route ?? ''}|${service ?? ''}|${consumer ?? ''}`

const precedence = (
  r: string | undefined,
  s: string | undefined,
  c: string | undefined,
): string[] => {
  const keys: string[] = []
  const add = (
    route: string | undefined,
    service: string | undefined,
    consumer: string | undefined,
  ) => {
    keys.push(scopeKey(route, service, consumer))
  }
  if (r && s && c) add(r, s, c)
  if (r && c) add(r, undefined, c)
  if (s && c) add(undefined, s, c)
  if (r && s) add(r, s, undefined)
  if (c) add(undefined, undefined, c)
  if (r) add(r, undefined, undefined)
  if (s) add(undefined, s, undefined)
  add(undefined, undefined, undefined)
  return keys
}

const chainOf = (all: PluginInstance[]): Chain => ({
  all,
  request: all.filter((instance): instance is RequestStep => instance.hooks.request !== undefined),
  response: all.filter(
    (instance): instance is ResponseStep => instance.hooks.response !== undefined,
  ),
  log: all.filter((instance): instance is LogStep => instance.hooks.log !== undefined),
})
