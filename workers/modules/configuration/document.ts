import { parseDocument } from 'yaml'
import { CONFIGURATION_BYTES, mediaTypeOf, parseJson, readText } from '#workers/api/body'
import { Problem } from '#workers/api/problem'
import { luaText } from '#workers/db/conflict'

const YAML = new Set(['text/yaml', 'application/yaml', 'application/x-yaml', 'text/x-yaml'])
const FORMS = new Set(['multipart/form-data', 'application/x-www-form-urlencoded'])

/**
 * Reads a declarative document from the body: JSON, YAML, or either as text in a field `config` of JSON or a form. Throws
 * Problem when it cannot be parsed.
 */
export const readDocument = async (request: Request): Promise<unknown> => {
  const type = mediaTypeOf(request)
  const text = await readText(request, CONFIGURATION_BYTES)
  if (text === '') throw new Problem('bad_request', 'expected a declarative configuration')
  if (YAML.has(type)) return parseYaml(text)
  if (type === 'application/json') {
    const value = parseJson(text)
    const inner = isRecord(value) ? value.config : undefined
    return inner === undefined ? withoutOptions(value) : parseYaml(inner)
  }
  if (FORMS.has(type)) {
    const form = await formOf(text, request)
    const config = form?.get('config')
    if (typeof config === 'string') return parseYaml(config)
    if (config instanceof File) return parseYaml(await config.text())
    throw new Problem('bad_request', 'expected a declarative configuration')
  }
  throw new Problem('unsupported_media_type', `Cannot read a configuration of type '${type}'.`)
}

/** Parses YAML 1.2 with merge keys; JSON is YAML too. */
export const parseYaml = (text: unknown): unknown => {
  if (typeof text !== 'string') throw unparsable('expected an object')
  const document = parseDocument(text, { merge: true, prettyErrors: false })
  const [error] = document.errors
  if (error) {
    const before = text.slice(0, error.pos[0]).split('\n')
    const column = (before[before.length - 1]?.length ?? 0) + 1
    throw unparsable(`${before.length}:${column}: ${error.message}`)
  }
  const value: unknown = expanded(() => document.toJS())
  if (Array.isArray(value) && value.length === 0) return {}
  if (!isRecord(value)) throw unparsable('expected an object')
  return value
}

/** Aliases that multiply without end are refused while they are expanded. */
const expanded = (expand: () => unknown): unknown => {
  try {
    return expand()
  } catch (error) {
    throw unparsable(error instanceof Error ? error.message : String(error))
  }
}

const unparsable = (why: string): Problem => {
  const fields = { error: `failed parsing declarative configuration: ${why}` }
  return new Problem(
    'invalid_declarative',
    `declarative config is invalid: ${luaText(fields)}`,
    fields,
  )
}

/** Kong takes options of the call as members of the document too. */
const withoutOptions = (value: unknown): unknown => {
  if (!isRecord(value)) return value
  const { check_hash: _, flatten_errors: __, ...rest } = value
  return rest
}

const formOf = async (text: string, request: Request): Promise<FormData | undefined> => {
  try {
    return await new Response(text, {
      headers: { 'content-type': request.headers.get('content-type') ?? '' },
    }).formData()
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
