import { type Fields, fieldsOf, kongMessage } from '#model/violation'
import { CONFIGURATION_BYTES, parseJson, readText } from './body.ts'
import type { Context } from './context.ts'
import type { Route } from './module.ts'
import { kongProblem, Problem, problemJson } from './problem.ts'
import { speaksKong } from './surface.ts'

/** Checks what came, runs the route, and turns what it says into a Response. */
export const runRoute = async (
  route: Route,
  context: Context,
  params: Record<string, string>,
  request: Request,
): Promise<Response> => {
  if (route.permission !== undefined) context.actor.must(route.permission)
  const query = Object.fromEntries(new URL(request.url).searchParams)
  const said = await route.handle(context, {
    params,
    query: route.query ? checked(route.query, query) : query,
    body: route.body ? checked(route.body, await jsonOf(request)) : undefined,
    request,
  })
  if (said instanceof Response) return said
  if (said === undefined) return new Response(null, { status: route.status ?? 204 })
  return Response.json(said, {
    status: route.status ?? 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  })
}

const jsonOf = async (request: Request): Promise<unknown> => {
  const text = await readText(request, CONFIGURATION_BYTES)
  return text === '' ? {} : parseJson(text)
}

const checked = (schema: NonNullable<Route['body']>, value: unknown): unknown => {
  const result = schema.safeParse(value, { error: kongMessage })
  if (result.success) return result.data
  const fields: Fields = fieldsOf(result.error.issues)
  throw new Problem('invalid', undefined, fields)
}

/** The answer to a failure, in the form that the path speaks. What nobody expected is logged and not told. */
export const failureOf = (error: unknown, path: string, id: string): Response => {
  const problem = error instanceof Problem ? error : new Problem('internal')
  if (!(error instanceof Problem)) console.error(`request ${id} failed`, error)
  const answer = speaksKong(path) ? kongProblem(problem) : problemJson(problem)
  if (problem.code === 'unauthorized') answer.headers.set('www-authenticate', 'Bearer')
  return answer
}
