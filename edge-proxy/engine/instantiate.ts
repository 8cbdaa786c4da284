import type { Plugin } from '#model/plugin'
import { fieldsOf, kongMessage, sentence } from '#model/violation'
import type { PluginInstance } from './chain.ts'
import type { Host } from './host.ts'
import type { PluginType } from './plugin.ts'
import { canonicalJson } from './snapshot.ts'

/**
 * Makes a plugin entity ready to run, or says why it cannot. An instance of the same content is taken over, so that what
 * it holds (queues, sequence numbers) outlives a change elsewhere.
 */
export const instantiate = (
  entity: Plugin & { id: string },
  host: Host,
  types: ReadonlyMap<string, PluginType>,
  before: ReadonlyMap<string, PluginInstance> | undefined,
): { key: string; instance: PluginInstance } | { problem: string } => {
  const type = types.get(entity.name)
  if (!type) return { problem: `plugin '${entity.name}' is not known to this runtime` }
  if (!type.hosts.includes(host.name)) {
    return {
      problem: `plugin '${entity.name}' cannot run on a ${host.name} runtime, only on ${type.hosts.join(', ')}`,
    }
  }
  const scope = {
    route: entity.route?.id,
    service: entity.service?.id,
    consumer: entity.consumer?.id,
  }
  const key = `${entity.id} ${entity.name} ${canonicalJson({ config: entity.config, ...scope })}`
  const rank = rankOf(type, types)
  const kept = before?.get(key)
  if (kept && kept.rank === rank) return { key, instance: kept }

  const parsed = type.schema.safeParse(entity.config, { error: kongMessage })
  if (!parsed.success) return { problem: sentence(fieldsOf(parsed.error.issues)) }
  try {
    const hooks = type.create(parsed.data as never, { host, id: entity.id, scope })
    return { key, instance: { id: entity.id, name: entity.name, rank, scope, hooks } }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

const ranks = new WeakMap<ReadonlyMap<string, PluginType>, Map<string, number>>()

/** Higher priority first; among equals the greater name first. Kong's order. */
const rankOf = (type: PluginType, types: ReadonlyMap<string, PluginType>): number => {
  let byName = ranks.get(types)
  if (!byName) {
    const ordered = [...types.values()].sort(
      (a, b) => b.priority - a.priority || (a.name < b.name ? 1 : -1),
    )
    byName = new Map(ordered.map(({ name }, rank) => [name, rank]))
    ranks.set(types, byName)
  }
  return byName.get(type.name) ?? 0
}
