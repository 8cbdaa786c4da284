import { createSignal } from 'solid-js'
import { call } from './client.ts'

/** JSON Schema with the metadata that the model puts on its fields. */
export interface JsonSchema {
  type?: string | string[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  additionalProperties?: JsonSchema | boolean
  propertyNames?: JsonSchema
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  enum?: unknown[]
  const?: unknown
  default?: unknown
  nullable?: boolean
  description?: string
  title?: string
  format?: string
  minimum?: number
  maximum?: number
  minLength?: number
  unique?: boolean
  references?: string
  onDelete?: 'cascade' | 'restrict'
  secret?: 'compared' | 'used'
  auto?: 'uuid' | 'token' | 'timestamp' | 'digest'
  set?: boolean
  referenceable?: boolean
  widget?: 'textarea' | 'code' | 'password' | 'tags'
}

/** A kind of gateway entity, as the API describes it. */
export interface Kind {
  name: string
  plural: string
  path: string
  summary: string
  key?: string | null
  nested?: { under: string; path: string } | null
  schema: JsonSchema
  list_columns: string[]
}

export interface PluginKind {
  name: string
  summary: string
  priority: number
  hosts: ('worker' | 'node')[]
  never: ('route' | 'service' | 'consumer')[]
  schema: JsonSchema
  examples: { summary: string; config: unknown }[]
}

const [kinds, setKinds] = createSignal<Kind[]>()
const [pluginKinds, setPluginKinds] = createSignal<PluginKind[]>()

export { kinds, pluginKinds }

/** Loads what can be configured. Once for each sign-in: it changes only when the control plane does. */
export const loadSchemas = async (): Promise<void> => {
  const [entities, plugins] = await Promise.all([
    call<Kind[] | { data: Kind[] }>('GET', '/v2/schemas'),
    call<PluginKind[] | { data: PluginKind[] }>('GET', '/v2/schemas/plugins'),
  ])
  setKinds(Array.isArray(entities) ? entities : entities.data)
  setPluginKinds(Array.isArray(plugins) ? plugins : plugins.data)
}

export const kindNamed = (name: string): Kind | undefined =>
  kinds()?.find((kind) => kind.name === name)

export const pluginNamed = (name: string): PluginKind | undefined =>
  pluginKinds()?.find((plugin) => plugin.name === name)
