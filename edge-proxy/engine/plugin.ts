import * as z from 'zod'
import type { Fields } from '#model/violation'
import type { Exchange } from './exchange.ts'
import type { HeaderList } from './headers.ts'
import type { Host } from './host.ts'

/**
 * How a plugin answers the client without the upstream.
 * `error`: worded for the client's Accept, with the request id (Kong's `response.error`).
 * `exit`: exactly this (Kong's `response.exit`): an object goes as JSON, a string as it is, nothing as the standard page.
 */
export type Refusal =
  | {
      kind: 'error'
      status: number
      message: string | undefined
      headers: Record<string, string> | undefined
    }
  | { kind: 'exit'; status: number; body: unknown; headers: Record<string, string> | undefined }

/** Refuses in the form that the client accepts. */
export const refuse = (
  status: number,
  message?: string,
  headers?: Record<string, string>,
): Refusal => ({
  kind: 'error',
  status,
  message,
  headers,
})

/** Answers with exactly this status, body and headers. */
export const exit = (
  status: number,
  body?: unknown,
  headers?: Record<string, string>,
): Refusal => ({
  kind: 'exit',
  status,
  body,
  headers,
})

// biome-ignore lint/suspicious/noConfusingVoidType: a hook that has nothing to say returns nothing
export type Outcome = Refusal | void

/** The phases of one configured plugin. Only the hooks that it has are called, each in order of priority. */
export interface Hooks {
  /** Before the upstream is called. A refusal ends the phase. */
  request?(exchange: Exchange): Outcome | Promise<Outcome>
  /** When the headers of the answer are known, whoever made it. `headers` are those of the answer. */
  response?(exchange: Exchange, headers: HeaderList): void
  /** When the last byte left. */
  log?(exchange: Exchange): void
}

/** What a configured plugin can rely on for as long as it lives: one configuration of one plugin entity. */
export interface PluginContext {
  host: Host
  /** Id of the plugin entity, and of what it is scoped to. */
  id: string
  scope: { route: string | undefined; service: string | undefined; consumer: string | undefined }
}

export interface PluginDeclaration<Shape extends z.ZodRawShape> {
  name: string
  priority: number
  summary: string
  /** Where it can run; both when left out. */
  hosts?: ('worker' | 'node')[]
  /** Kinds of scope that it cannot have. */
  never?: ('route' | 'service' | 'consumer')[]
  config: Shape
  /** Old field names that are still taken: each turns a given value into the fields of today. */
  shorthands?: Record<string, (value: unknown) => Record<string, unknown>>
  /** Rules between fields. */
  checks?: ((config: z.output<z.ZodObject<Shape>>) => Fields | undefined)[]
  /** Configurations for documentation; a test parses them. */
  examples?: { summary: string; config: z.input<z.ZodObject<Shape>> }[]
  /** Once for each configuration: compile here, look up later. */
  create(config: z.output<z.ZodObject<Shape>>, context: PluginContext): Hooks
}

/** Any plugin, for code that is generic over them. */
export interface PluginType {
  name: string
  priority: number
  summary: string
  hosts: ('worker' | 'node')[]
  never: ('route' | 'service' | 'consumer')[]
  schema: z.ZodObject
  shorthands: Record<string, (value: unknown) => Record<string, unknown>>
  checks: ((config: never) => Fields | undefined)[]
  examples: { summary: string; config: unknown }[]
  create(config: never, context: PluginContext): Hooks
}

/** Declares a plugin. */
export const plugin = <Shape extends z.ZodRawShape>(
  declaration: PluginDeclaration<Shape>,
): PluginType => ({
  hosts: ['worker', 'node'],
  never: [],
  shorthands: {},
  checks: [],
  examples: [],
  ...declaration,
  schema: z.strictObject(declaration.config) as unknown as z.ZodObject,
  create: declaration.create as PluginType['create'],
})
