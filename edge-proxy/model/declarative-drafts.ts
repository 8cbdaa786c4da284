import { pathOfToday } from './declarative-paths.ts'
import { kinds } from './index.ts'
import { type EntityKind, metaOf } from './kit.ts'

/** An entity as a document states it: its own fields, where they stand, and what it is nested in. */
export interface Draft {
  value: Record<string, unknown>
  path: (string | number)[]
  parent: { draft: Draft; field: string } | undefined
  /** Known once the draft is taken; parents are taken before what is nested in them. */
  id: string | undefined
}

type Report = (path: (string | number)[], problem: string) => void

/** The first two differ from today's in what a route path means. */
const VERSIONS = ['1.1', '2.1', '3.0']

/**
 * Takes a document apart: the entities of every kind, wherever they are nested, by the plural of their kind. What it
 * cannot place it reports.
 */
export const draftsOf = (document: unknown, report: Report): Map<string, Draft[]> => {
  const drafts = new Map<string, Draft[]>()
  if (!isRecord(document)) {
    report(['@entity'], 'expected a record')
    return drafts
  }
  for (const [key, value] of Object.entries(document)) {
    if (key === '_format_version') continue
    if (key === '_transform') {
      // It says whether passwords are still to be hashed. No kind of ours keeps any hashed.
      if (typeof value !== 'boolean' && value !== null) report([key], 'expected a boolean')
    } else if (!isAnnotation(key)) {
      const kind = kinds.find(({ plural }) => plural === key)
      if (kind) collect(drafts, kind, value, [key], undefined, report)
      else report([key], 'unknown field')
    }
  }
  const version = document._format_version
  if (version === undefined || version === null)
    report(['_format_version'], 'required field missing')
  else if (typeof version !== 'string') report(['_format_version'], 'expected a string')
  else if (!VERSIONS.includes(version))
    report(['_format_version'], `expected one of: ${VERSIONS.join(', ')}`)
  else if (version !== '3.0') bringUpToDate(drafts.get('routes') ?? [])
  return drafts
}

/** Puts the paths of routes into the form of format 3.0. */
const bringUpToDate = (routes: Draft[]): void => {
  for (const { value } of routes) {
    if (!Array.isArray(value.paths)) continue
    value.paths = value.paths.map((path: unknown) =>
      typeof path === 'string' ? pathOfToday(path) : path,
    )
  }
}

const collect = (
  drafts: Map<string, Draft[]>,
  kind: EntityKind,
  list: unknown,
  path: (string | number)[],
  parent: Draft['parent'],
  report: Report,
): void => {
  if (list === null) return
  if (!Array.isArray(list)) {
    report(path, 'expected an array')
    return
  }
  for (const [index, given] of list.entries()) {
    const at = [...path, index]
    // The names of a certificate may be given as such.
    const item: unknown = kind.name === 'sni' && typeof given === 'string' ? { name: given } : given
    if (!isRecord(item)) {
      report(at, 'expected a record')
      continue
    }
    const draft: Draft = { value: {}, path: at, parent, id: undefined }
    const found = drafts.get(kind.plural) ?? []
    found.push(draft)
    drafts.set(kind.plural, found)
    for (const [key, value] of Object.entries(expand(kind, item))) {
      const child = key in kind.fields ? undefined : childOf(kind, key)
      if (child) {
        collect(drafts, child.kind, value, [...at, key], { draft, field: child.field }, report)
      } else if (key === parent?.field && value !== null) {
        report([...at, key], 'value must be null')
      } else if (!isAnnotation(key)) {
        draft.value[key] = value
      }
    }
  }
}

/** The kind that may be nested under this key, and its field that points back. */
const childOf = (parent: EntityKind, key: string) => {
  const kind = kinds.find(({ plural }) => plural === key)
  const field = Object.entries(kind?.fields ?? {}).find(
    ([, schema]) => metaOf(schema).references === parent.name,
  )?.[0]
  return kind && field !== undefined ? { kind, field } : undefined
}

/** Kong's shorthand `url` of a service stands for protocol, host, port and path; fields that are given win. */
const expand = (kind: EntityKind, item: Record<string, unknown>): Record<string, unknown> => {
  if (kind.name !== 'service' || typeof item.url !== 'string') return item
  const { url, ...rest } = item
  // Lenient on purpose: the rules of the fields judge the parts.
  const parts =
    /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:[^/?#@]*@)?(\[[^\]/?#]*\]|[^/?#:]*)(?::([^/?#]*))?)?([^?#]*)/.exec(
      url as string,
    )
  const [, scheme, host = '', port, path] = parts ?? []
  const protocol = scheme?.toLowerCase()
  const standard = protocol === 'https' || protocol === 'grpcs' ? 443 : 80
  return {
    ...(protocol !== undefined && { protocol }),
    ...(host !== '' && { host: host.replace(/^\[(.*)\]$/, '$1') }),
    port: port === undefined ? standard : /^\d+$/.test(port) ? Number(port) : port,
    ...(path && { path }),
    ...rest,
  }
}

/** Members that a document may carry for its readers. */
const isAnnotation = (key: string): boolean => key === '_comment' || key === '_ignore'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
