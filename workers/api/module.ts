import type * as z from 'zod'
import type { Context } from './context.ts'

/** Names in a path and their values: `/teams/:team` gives `{ team }`. */
export type Params<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { [name in Name]: string } & Params<Rest>
  : Path extends `${string}:${infer Name}`
    ? { [name in Name]: string }
    : Record<never, never>

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A route as data: Hono handlers and the OpenAPI document both come from it. */
export interface Route {
  method: Method
  path: string
  summary: string
  permission?: string
  public?: true
  /** Another name of a route that is documented already. */
  alias?: true
  body?: z.ZodType
  accepts?: z.ZodType
  query?: z.ZodType
  answer?: z.ZodType
  status?: number
  handle(
    context: Context,
    call: { params: Record<string, string>; query: unknown; body: unknown; request: Request },
  ): unknown
}

type Output<Schema, Otherwise> = Schema extends z.ZodType ? z.output<Schema> : Otherwise

export interface RouteOptions<
  Path extends string,
  Body extends z.ZodType | undefined,
  Query extends z.ZodType | undefined,
> {
  summary: string
  /** What the actor must be allowed to do. Without one, being signed in is enough. */
  permission?: string
  /** Needs no actor: sign-in, setup, and endpoints that check a token of their own. */
  public?: true
  /** JSON body. Left out, the body is not read: `request` is there for that. */
  body?: Body
  /** What the handler reads by itself, for the documentation. */
  accepts?: z.ZodType
  /** Query parameters; each is a string (the last one when repeated). */
  query?: Query
  /** What a success answers, for the documentation. */
  answer?: z.ZodType
  /** Of a success. Default 200, or 204 when there is nothing to say. */
  status?: number
  /** Answers a value that goes as JSON, a Response that goes as it is, or nothing. */
  handle(
    context: Context,
    call: {
      params: Params<Path>
      query: Output<Query, Record<string, string>>
      body: Output<Body, undefined>
      request: Request
    },
  ): unknown
}

const route =
  (method: Method) =>
  <
    const Path extends string,
    Body extends z.ZodType | undefined = undefined,
    Query extends z.ZodType | undefined = undefined,
  >(
    path: Path,
    options: RouteOptions<Path, Body, Query>,
  ): Route => ({ method, path, ...options, handle: options.handle as Route['handle'] })

export const get = route('GET')
export const post = route('POST')
export const put = route('PUT')
export const patch = route('PATCH')
export const del = route('DELETE')

/** One bounded context of the control plane. */
export interface Module {
  name: string
  summary: string
  /** What may be allowed, and what it means. */
  permissions?: Record<string, string>
  routes: Route[]
}

export const module = (declaration: Module): Module => declaration
