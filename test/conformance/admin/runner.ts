import { differences, matchesText } from './matching.ts'

/** A file of recorded requests to the Admin API of a Kong, and its answers: format `admin/1`. */
export interface AdminFile {
  cases: AdminCase[]
}

export interface AdminCase {
  name: string
  steps: Step[]
}

interface Step {
  request: {
    method: string
    path: string
    headers?: Record<string, string>
    body?: unknown
    form?: string
    raw?: string
  }
  save?: Record<string, string>
  expect?: {
    status?: number
    json_exact?: unknown
    json_subset?: unknown
    unordered?: string[]
    absent?: string[]
    headers?: Record<string, string>
    text?: string
    empty_body?: boolean
  }
}

export interface Sent {
  headers: Record<string, string>
  text: string | undefined
}

export interface Came {
  status: number
  headers: Headers
  text: string
}

export type Send = (method: string, path: string, sent: Sent) => Promise<Came>

/** Runs a case where nothing is configured. Answers how the first step that differs differs; nothing when all is as recorded. */
export const runCase = async ({ steps }: AdminCase, send: Send): Promise<string[]> => {
  const saved = new Map<string, string>()
  for (const [index, step] of steps.entries()) {
    const { method, path, headers = {}, ...content } = filled(step.request, saved)
    const came = await send(method, path, contentOf(headers, content))
    const document = jsonOf(came.text)
    for (const [name, place] of Object.entries(step.save ?? {})) {
      saved.set(name, String(valueAt(document, place)))
    }
    const problems = judge(filled(step.expect ?? {}, saved), came, document)
    if (problems.length > 0) return [`step ${index + 1}: ${method} ${path}`, ...problems]
  }
  return []
}

const judge = (expect: NonNullable<Step['expect']>, came: Came, document: unknown): string[] => {
  const { status, headers = {}, unordered = [], absent = [], text } = expect
  return [
    ...(status === undefined || status === came.status
      ? []
      : [`status: expected ${status}, got ${came.status}`]),
    ...Object.entries(headers).flatMap(([name, value]) =>
      matchesText(value, came.headers.get(name))
        ? []
        : [`header ${name}: ${came.headers.get(name)}`],
    ),
    ...('json_exact' in expect ? differences(expect.json_exact, document, true, unordered) : []),
    ...('json_subset' in expect ? differences(expect.json_subset, document, false, unordered) : []),
    ...absent.flatMap((path) =>
      valueAt(document, `$.${path}`) === undefined ? [] : [`${path}: must be absent`],
    ),
    ...(text === undefined || matchesText(text, came.text) ? [] : [`text: ${came.text}`]),
    ...(expect.empty_body && came.text !== '' ? [`body: ${came.text}`] : []),
  ]
}

const contentOf = (
  headers: Record<string, string>,
  { body, form, raw }: Pick<Step['request'], 'body' | 'form' | 'raw'>,
): Sent => {
  const named = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  const typed = (type: string) => (named ? headers : { ...headers, 'Content-Type': type })
  if (body !== undefined) return { headers: typed('application/json'), text: JSON.stringify(body) }
  if (form !== undefined) {
    return { headers: typed('application/x-www-form-urlencoded'), text: form }
  }
  return { headers, text: raw }
}

/** Puts what earlier steps saved in place of `{{name}}`. */
const filled = <T>(value: T, saved: Map<string, string>): T =>
  JSON.parse(
    JSON.stringify(value).replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
      const known = saved.get(name)
      return known === undefined ? whole : JSON.stringify(known).slice(1, -1)
    }),
  )

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const valueAt = (document: unknown, place: string): unknown => {
  let at = document
  for (const [, name, index] of place.slice(1).matchAll(/\.([\w@-]+)|\[(\d+)\]/g)) {
    at = (at as Record<string, unknown> | null | undefined)?.[name ?? index ?? '']
  }
  return at
}
