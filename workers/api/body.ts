import type * as z from 'zod'
import { inferForm, nest } from './form.ts'
import { Problem } from './problem.ts'

/** Largest body of a single entity; a whole configuration may be larger. */
export const ENTITY_BYTES = 4 * 1024 * 1024
export const CONFIGURATION_BYTES = 32 * 1024 * 1024

/** Reads a body as text. Throws Problem `too_large` without reading on when there is more than allowed. */
export const readText = async (request: Request, limit: number): Promise<string> => {
  const refused = () => new Problem('too_large', `The body may have at most ${limit} bytes.`)
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw refused()
  if (!request.body) return ''
  const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
  let text = ''
  let bytes = 0
  for await (const chunk of request.body) {
    bytes += chunk.byteLength
    if (bytes > limit) throw refused()
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** Parses JSON as Kong does, with its message. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem('bad_request', 'Cannot parse JSON body')
  }
}

/** The media type without its parameters, in lower case. */
export const mediaTypeOf = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/**
 * Reads an entity from JSON, a form or a multipart form, as Kong's Admin API takes them. Forms carry only text: `schema`
 * tells what is meant by it, and `stored` whose plugin's config it is when the form changes one without naming it. No body
 * at all is an empty entity.
 */
export const readEntity = async (
  request: Request,
  schema: z.core.$ZodType,
  stored?: Record<string, unknown>,
): Promise<Record<string, unknown>> => {
  const type = mediaTypeOf(request)
  if (type === 'multipart/form-data')
    return inferForm(schema, nest(await multipart(request)), stored)
  const text = await readText(request, ENTITY_BYTES)
  if (type === 'application/json') return recordOf(parseJson(text))
  if (type === 'application/x-www-form-urlencoded') {
    return inferForm(schema, nest([...new URLSearchParams(text)]), stored)
  }
  if (text === '') return {}
  throw new Problem('unsupported_media_type', `Cannot read a body of type '${type}'.`)
}

const recordOf = (value: unknown): Record<string, unknown> => {
  if (Array.isArray(value) && value.length === 0) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem('bad_request', 'Expected a JSON object in the body')
  }
  return value as Record<string, unknown>
}

const multipart = async (request: Request): Promise<[string, string][]> => {
  const bytes = new TextEncoder().encode(await readText(request, ENTITY_BYTES))
  try {
    const form = await new Response(bytes, {
      headers: { 'content-type': request.headers.get('content-type') ?? '' },
    }).formData()
    const entries: [string, string][] = []
    for (const [name, value] of form) {
      entries.push([name, typeof value === 'string' ? value : await value.text()])
    }
    return entries
  } catch {
    return []
  }
}
