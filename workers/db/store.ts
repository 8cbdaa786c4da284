import type { EntityKind } from '#model/kit'
import type { Context } from '../api/context.ts'
import { Problem } from '../api/problem.ts'
import { cascadeOf, type Doomed, mustBeDoomed } from './cascade.ts'
import { certificateFor, nameChanges, takeNames, withNames } from './certificate-names.ts'
import { conflictOf, type Written } from './conflict.ts'
import { batch, type Statement } from './database.ts'
import { mustBeAbsent, mustStand, persist } from './guard.ts'
import { type ListQuery, listEntities, type Page } from './list.ts'
import {
  findEntity,
  findStored,
  isNamed,
  isUuid,
  type Place,
  type Stored,
  type Within,
} from './lookup.ts'
import { prepare } from './prepare.ts'
import { mustExist } from './references.ts'
import { type Replaced, replaceEntities } from './replace.ts'
import { type Entity, encodeRow, masked } from './row.ts'
import { listTags } from './tags.ts'
import { type Change, deleteRows, insertRows, putRows, recordChanges } from './write.ts'

type Sent = Record<string, unknown>

/**
 * The gateway entities of one group. Each write is one batch with its audit entry and its rows in `config_changes`, and
 * wakes the group's publisher. What clients send is checked here and nowhere else. A write that another one overtakes is
 * decided anew on what is there then; when that does not end, it throws Problem `conflict`.
 */
export interface Store {
  find(kind: EntityKind, idOrKey: string, within?: Within): Promise<Entity | undefined>
  list(kind: EntityKind, query?: ListQuery): Promise<Page>
  create(kind: EntityKind, sent: Sent, within?: Within): Promise<Entity>
  /** Replaces the entity that a URL names, or makes it (Kong's PUT). */
  upsert(kind: EntityKind, idOrKey: string, sent: Sent, within?: Within): Promise<Entity>
  /** Changes what is sent and leaves the rest. Throws Problem `no_entity` when there is none. */
  patch(kind: EntityKind, idOrKey: string, sent: Sent, within?: Within): Promise<Entity>
  /** Removes it and what hangs on it. Answers whether there was one. */
  remove(kind: EntityKind, idOrKey: string, within?: Within): Promise<boolean>
  /** The id of the certificate that answers for a host name. */
  certificateFor(name: string): Promise<string | undefined>
  /** Which entities carry which tags. */
  tags(query: { size: number; offset?: string; tag?: string }): ReturnType<typeof listTags>
  /** Makes these complete, checked rows the whole configuration, at once. Rows that do not change are not written. */
  replaceAll(entities: Map<string, Record<string, unknown>[]>): Promise<Replaced>
}

export const storeOf = (context: Context, group_id: string): Store => {
  const { db, env, now } = context
  const place: Place = { db, env, group_id }
  const seconds = () => Math.floor(now() / 1000)

  const commit: Commit = async ({ statements, changes, written }, audited) => {
    const { name } = context.actor
    const recorded = recordChanges(db, group_id, name, now(), changes)
    try {
      await batch(db, [...statements, ...recorded, audited])
    } catch (error) {
      throw await conflictOf(place, error, written)
    }
    context.defer(wake(context, group_id))
  }

  const write = async (
    kind: EntityKind,
    entity: Entity,
    existing: Stored | undefined,
    names: string[] | undefined,
    guards: Statement[],
  ): Promise<Entity> => {
    await mustExist(place, kind, entity)
    const row = await encodeRow(env, kind, entity)
    const action = existing ? 'update' : 'create'
    const change: Change = {
      kind,
      action,
      id: entity.id,
      before: existing ? masked(kind, existing.entity) : null,
      after: masked(kind, entity),
    }
    const beside = names ? await nameChanges(place, entity, names, seconds()) : nothing
    await commit(
      {
        statements: [
          ...guards,
          ...(existing ? putRows : insertRows)(db, group_id, kind, [row]),
          ...beside.statements,
        ],
        changes: [change, ...beside.changes],
        written: [{ kind, entity }, ...beside.written],
      },
      context.audit(`${kind.name}.${action}d`, targetOf(kind, entity, group_id)),
    )
    return shown(kind, entity)
  }

  const shown = async (kind: EntityKind, entity: Entity): Promise<Entity> => {
    const [one] = await withNames(place, kind, [entity])
    return one ?? entity
  }

  return {
    async find(kind, idOrKey, within) {
      const entity = await findEntity(place, kind, idOrKey, within)
      return entity && shown(kind, entity)
    },

    async list(kind, query = {}) {
      const { data, offset } = await listEntities(place, kind, query)
      return { data: await withNames(place, kind, data), offset }
    },

    create: (kind, given, within) =>
      persist(async () => {
        const { sent, names } = takeNames(kind, given)
        const entity = await prepare(place, kind, { sent, fixed: ownerOf(within), now: seconds() })
        return write(kind, entity, undefined, names, [])
      }),

    upsert: (kind, idOrKey, given, within) =>
      persist(async () => {
        const { sent, names = [] } = takeNames(kind, given)
        // Below an owner an id still names the entity wherever it is: PUT moves it. A key names it among the owner's.
        const byId = isUuid(idOrKey)
        const among = byId ? undefined : within
        const existing = await findStored(place, kind, idOrKey, among)
        if (!byId && kind.key === undefined) throw noEntity(kind, idOrKey)
        const named = byId
          ? { id: idOrKey.toLowerCase() }
          : { [kind.key as string]: idOrKey, ...(existing ? { id: existing.entity.id } : {}) }
        const entity = await prepare(place, kind, {
          sent,
          ...(existing ? { existing: existing.entity } : {}),
          fixed: { ...named, ...ownerOf(within) },
          now: seconds(),
        })
        const there = await isNamed(place, kind, idOrKey, among)
        const guards = existing
          ? mustStand(db, group_id, kind, [existing.row])
          : there
            ? [mustBeAbsent(db, kind, there)]
            : []
        return write(kind, entity, existing, isCertificate(kind) ? names : undefined, guards)
      }),

    patch: (kind, idOrKey, given, within) =>
      persist(async () => {
        const { sent, names } = takeNames(kind, given)
        const existing = await findStored(place, kind, idOrKey, within)
        if (!existing) throw noEntity(kind, idOrKey)
        const entity = await prepare(place, kind, {
          sent,
          existing: existing.entity,
          partial: true,
          fixed: { id: existing.entity.id, ...ownerOf(within) },
          now: seconds(),
        })
        const guards = mustStand(db, group_id, kind, [existing.row])
        return write(kind, entity, existing, names, guards)
      }),

    remove: (kind, idOrKey, within) =>
      persist(async () => {
        const existing = await findStored(place, kind, idOrKey, within)
        if (!existing) return false
        const doomed = await cascadeOf(place, kind, existing)
        await commit(
          {
            statements: [
              ...mustBeDoomed(place, doomed),
              ...doomed.flatMap(({ kind, entity }) => deleteRows(db, group_id, kind, [entity.id])),
            ],
            changes: doomed.map(deletion),
            written: [],
          },
          context.audit(`${kind.name}.deleted`, targetOf(kind, existing.entity, group_id), {
            with: doomed.length - 1,
          }),
        )
        return true
      }),

    certificateFor: (name) => certificateFor(place, name),

    tags: (query) => listTags(place, query),

    replaceAll: (entities) => replaceEntities(context, place, entities, commit),
  }
}

/** Kong's answer to a change of what is not there. */
export const noEntity = (kind: EntityKind, idOrKey: string): Problem => {
  const name = isUuid(idOrKey) ? 'id' : (kind.key ?? 'id')
  const which = isUuid(idOrKey) ? 'primary key ' : ''
  return new Problem(
    'no_entity',
    `could not find the entity with ${which}'{${name}="${idOrKey}"}'`,
    {
      [name]: idOrKey,
    },
  )
}

/** What one write consists of. */
export interface Part {
  statements: Statement[]
  changes: Change[]
  /** The entities that the statements write: to say which of them was in the way. */
  written: readonly Written[]
}

/** Writes a part and its audit entry in one batch, or throws why nothing was written. */
export type Commit = (part: Part, audited: Statement) => Promise<void>

const isCertificate = ({ name }: EntityKind): boolean => name === 'certificate'

const nothing: Part = { statements: [], changes: [], written: [] }

const deletion = ({ kind, entity }: Doomed): Change => ({
  kind,
  action: 'delete',
  id: entity.id,
  before: masked(kind, entity),
  after: null,
})

const ownerOf = (within: Within | undefined): Record<string, unknown> =>
  within ? { [within.field]: { id: within.id } } : {}

const targetOf = (kind: EntityKind, entity: Entity, group_id: string) => {
  const name = kind.key === undefined ? undefined : masked(kind, entity)[kind.key]
  return {
    kind: kind.plural,
    id: entity.id,
    group_id,
    ...(typeof name === 'string' ? { name } : {}),
  }
}

/** A call that is lost loses nothing: the group's alarm finds the rows of `config_changes` by itself. */
const wake = async ({ env }: Context, group_id: string): Promise<void> => {
  await env.GROUPS.get(env.GROUPS.idFromName(group_id)).changed()
}
