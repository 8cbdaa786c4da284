import { type Draft, draftsOf } from './declarative-drafts.ts'
import { declaredId, hasKey } from './declarative-ids.ts'
import { missingValues } from './declarative-values.ts'
import { kinds } from './index.ts'
import { type EntityKind, metaOf, type Parsed } from './kit.ts'
import { INVALID_TARGET } from './target.ts'
import { type Fields, listOf } from './violation.ts'

/** What the reader has to know of plugins, without importing any. */
export interface PluginCatalog {
  /** Validates a plugin's config and fills defaults (shorthands applied); undefined when there is no such plugin. */
  parse(name: string, config: unknown): Parsed<Record<string, unknown>> | undefined
  /** Kinds of scope that the plugin cannot have. */
  never(name: string): readonly string[]
}

/** Rows by the plural of their kind, complete; or what is wrong, by collection and index, and in one line. */
export type Declared =
  | { ok: true; entities: Map<string, Record<string, unknown>[]> }
  | { ok: false; fields: Fields; message: string }

/**
 * Reads a Kong declarative document (`_format_version` 1.1, 2.1 or 3.0, already parsed from JSON or YAML) into complete rows of
 * every kind: nesting undone, references resolved to `{ id }`, missing ids derived, defaults filled, uniqueness and
 * references checked. Nothing is dropped in silence: a key or kind that is not known is an error.
 * `now`: epoch seconds, for rows without `created_at`.
 */
export const readDeclarative = (
  document: unknown,
  catalog: PluginCatalog,
  now: number,
): Declared => {
  const fields: Fields = {}
  const drafts = draftsOf(document, (path, problem) => place(fields, path, problem))
  const reader = new Reader(catalog, now, fields)
  for (const kind of kinds) {
    for (const draft of drafts.get(kind.plural) ?? []) reader.take(kind, draft)
  }
  reader.tellRepeats()
  if (Object.keys(fields).length > 0) {
    return {
      ok: false,
      fields,
      message: `declarative config is invalid: ${listOf(fields).join('; ')}`,
    }
  }
  return { ok: true, entities: reader.rows }
}

/** Takes drafts kind by kind, those that are pointed at first, and keeps what is needed to resolve and to compare. */
class Reader {
  readonly rows = new Map<string, Record<string, unknown>[]>(
    kinds.map(({ plural }) => [plural, []]),
  )
  readonly #catalog: PluginCatalog
  readonly #now: number
  readonly #fields: Fields
  /** Ids by kind name, and by kind name and key. */
  readonly #ids = new Map<string, Set<string>>()
  readonly #keys = new Map<string, string>()
  readonly #taken = new Set<string>()
  readonly #repeats: { path: (string | number)[]; problem: string }[] = []

  constructor(catalog: PluginCatalog, now: number, fields: Fields) {
    this.#catalog = catalog
    this.#now = now
    this.#fields = fields
  }

  take(kind: EntityKind, draft: Draft): void {
    const value = { ...draft.value }
    const problems: Fields = {}
    for (const [field, target] of referencesOf(kind)) {
      if (draft.parent?.field === field) value[field] = { id: draft.parent.draft.id }
      else this.#resolve(value, field, target, problems)
    }
    Object.assign(value, missingValues(kind, value))
    draft.id = typeof value.id === 'string' ? value.id : this.#derive(kind, value)
    value.id = draft.id

    const parsed = kind.parse(value)
    if (!parsed.ok) Object.assign(problems, { ...parsed.fields, ...problems })
    const row = parsed.ok ? parsed.row : value
    if (kind.name === 'plugin') this.#configure(row, problems)
    if (kind.name === 'service') this.#mustHaveAuthorities(row, problems)
    if (problems.target === INVALID_TARGET) {
      problems.target = INVALID_TARGET.replace(';', ` ('${draft.value.target}');`)
    }
    this.#register(kind, row, draft.path)
    if (Object.keys(problems).length > 0) {
      place(this.#fields, draft.path, problems)
      return
    }
    row.created_at ??= this.#now
    if (kind.updatedAt === false) delete row.updated_at
    else row.updated_at ??= this.#now
    this.rows.get(kind.plural)?.push(row)
  }

  /** Turns an id, a key, or an object of one of them into `{ id }`. */
  #resolve(
    value: Record<string, unknown>,
    field: string,
    target: EntityKind,
    problems: Fields,
  ): void {
    const given = value[field]
    if (given === undefined || given === null) return
    const name =
      typeof given === 'object'
        ? ((given as Record<string, unknown>).id ??
          (given as Record<string, unknown>)[target.key ?? 'id'])
        : given
    const id = this.#ids.get(target.name)?.has(String(name))
      ? String(name)
      : this.#keys.get(`${target.name} ${name}`)
    if (id !== undefined) {
      value[field] = { id }
      return
    }
    const shown = typeof name === 'string' ? name : JSON.stringify(given)
    problems[field] = `invalid reference '${field}: ${shown}' (no such entry in '${target.plural}')`
    delete value[field]
  }

  /** Checks a plugin's config and scope against its own schema. */
  #configure(row: Record<string, unknown>, problems: Fields): void {
    const name = row.name
    if (typeof name !== 'string') return
    const config = this.#catalog.parse(name, row.config ?? {})
    if (config === undefined) {
      problems.name = `plugin '${name}' not enabled; add it to the 'plugins' configuration property`
      return
    }
    if (config.ok) row.config = config.row
    else problems.config = config.fields
    for (const scope of this.#catalog.never(name)) {
      if (row[scope] !== undefined && row[scope] !== null) problems[scope] ??= 'value must be null'
    }
  }

  /** Entities that nothing tells apart are told apart by their order. */
  #derive(kind: EntityKind, value: Record<string, unknown>): string {
    for (let copy = 0; ; copy++) {
      const id = declaredId(kind, value, copy)
      if (hasKey(kind, value) || !this.#ids.get(kind.name)?.has(id)) return id
    }
  }

  /** The CA certificates of a service are named by id, in a list that is no reference of its own. */
  #mustHaveAuthorities({ ca_certificates: ids }: Record<string, unknown>, problems: Fields): void {
    if (!Array.isArray(ids) || problems.ca_certificates !== undefined) return
    const known = this.#ids.get('ca_certificate')
    const faults = ids.map((id) =>
      known?.has(String(id))
        ? null
        : `invalid reference 'ca_certificates: ${id}' (no such entry in 'ca_certificates')`,
    )
    if (faults.some((fault) => fault !== null)) problems.ca_certificates = faults
  }

  #register(kind: EntityKind, row: Record<string, unknown>, path: (string | number)[]): void {
    const ids = this.#ids.get(kind.name) ?? new Set()
    this.#ids.set(kind.name, ids)
    const id = String(row.id)
    const key = kind.key === undefined ? undefined : row[kind.key]
    if (typeof key === 'string') this.#keys.set(`${kind.name} ${key}`, id)
    const what = this.#repeated(kind, row, ids)
    ids.add(id)
    if (what === undefined) return
    const [name, value] = what
    this.#repeats.push({
      path: [kind.plural, path[path.length - 1] ?? 0],
      problem: `uniqueness violation: '${kind.plural}' entity with ${name} set to '${value}' already declared`,
    })
  }

  /** What of a row another one has already, and its value. */
  #repeated(
    kind: EntityKind,
    row: Record<string, unknown>,
    ids: Set<string>,
  ): [what: string, value: string] | undefined {
    for (const field of uniqueOf(kind)) {
      const value = row[field] ?? null
      if (value !== null && !this.#claim(`${kind.name} ${field} ${JSON.stringify(value)}`)) {
        return [field, String(value)]
      }
    }
    const id = String(row.id)
    if (ids.has(id)) return ['primary key', id]
    const together = kind.uniqueTogether
    if (!together) return undefined
    const values = together.map((field) => JSON.stringify(row[field] ?? null))
    const isNew = this.#claim(`${kind.name} ${values.join(' ')}`)
    return isNew ? undefined : [together.join(', '), values.join(', ')]
  }

  /**
   * Tells which entities are there twice, when every entity for itself is good. As Kong does, by collection, and by the place
   * in the list that the entity is in, whatever that list is nested in.
   */
  tellRepeats(): void {
    if (Object.keys(this.#fields).length > 0) return
    for (const { path, problem } of this.#repeats) place(this.#fields, path, problem)
  }

  #claim(name: string): boolean {
    if (this.#taken.has(name)) return false
    this.#taken.add(name)
    return true
  }
}

/** The fields of a kind that point at another, and the kind that they point at. */
const referencesOf = (kind: EntityKind): [field: string, target: EntityKind][] =>
  Object.entries(kind.fields).flatMap(([field, schema]) => {
    const target = kinds.find(({ name }) => name === metaOf(schema).references)
    return target ? [[field, target] as [string, EntityKind]] : []
  })

const uniqueOf = (kind: EntityKind): string[] =>
  Object.entries(kind.fields).flatMap(([field, schema]) => (metaOf(schema).unique ? [field] : []))

/** Puts problems at a place in the document. */
const place = (fields: Fields, path: (string | number)[], problem: Fields | string): void => {
  let at = fields as Record<PropertyKey, unknown>
  for (const [index, key] of path.entries()) {
    if (index === path.length - 1) {
      const before = at[key]
      at[key] =
        typeof before === 'object' && before !== null && typeof problem === 'object'
          ? Object.assign(before, problem)
          : problem
      return
    }
    at[key] ??= typeof path[index + 1] === 'number' ? [] : {}
    at = at[key] as Record<PropertyKey, unknown>
  }
}
