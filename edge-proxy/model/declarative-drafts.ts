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

const VERSIONS = ['3.0']

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
      if (value !== true) report([key], 'only true is supported: credentials are given in clear')
    } else if (!isAnnotation(key)) {
      const kind = kinds.find(({ plural }) => plural === key)
      if (kind) collect(drafts, kind, value, [key], undefined, report)
      else report([key], 'unknown field')
    }
  }
  const version = document._format_version
  if (version === undefined || version === null)
    report(['_format_version'], 'required field missing')
  else if (!VERSIONS.includes(String(version)) && version !== 3)
    report(['_format_version'], `expected one of: ${VERSIONS.join(', ')}`)
  return drafts
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
  for (const [index, item] of list.entries()) {
    const at = [...path, index]
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
  const parts =
    /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?([^?#]*)/.exec(
      url as string,
    )
  if (!parts) return item
  const [, scheme = '', host = '', port, path] = parts
  const protocol = scheme.toLowerCase()
  return {
    protocol,
    host,
    ...(port !== undefined
      ? { port: Number(port) }
      : protocol === 'https' || protocol === 'grpcs'
        ? { port: 443 }
        : { port: 80 }),
    ...(path ? { path } : {}),
    ...rest,
  }
}

/** Members that a document may carry for its readers. */
const isAnnotation = (key: string): boolean => key === '_comment' || key === '_ignore'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
