import { A } from '@solidjs/router'
import { Show } from 'solid-js'
import { type Entity, labelOf } from '../../data/entities.ts'
import type { Kind } from '../../data/schemas.ts'
import { fieldsOf } from '../../forms/field.ts'
import { words } from '../../forms/words.ts'
import type { Column } from '../../ui/table.tsx'
import type { GroupContext } from '../frame/group-context.ts'
import { Cell, ReferenceLink } from './cells.tsx'

const narrow: Record<string, string> = {
  enabled: 'sm:w-28',
  created_at: 'sm:w-30',
  updated_at: 'sm:w-30',
  methods: 'sm:w-32',
  port: 'sm:w-24',
  weight: 'sm:w-24',
  protocol: 'sm:w-28',
  algorithm: 'sm:w-44',
}

const headings: Record<string, string> = { updated_at: 'Changed', created_at: 'Created' }

interface ColumnOptions {
  kind: Kind
  group: GroupContext
  /** A column that says the same in every row. */
  without?: string
  onTag?: (tag: string) => void
}

/** The columns of a kind's table, from its schema: the first is its name and the way to it. */
export const columnsOf = ({ kind, group, without, onTag }: ColumnOptions): Column<Entity>[] => {
  const fields = new Map(fieldsOf(kind.schema).map((field) => [field.name, field]))
  const named = nameColumn(kind)
  const rest = kind.list_columns.filter(
    (name) => name !== named && name !== without && !hidden(kind, name),
  )
  return [
    {
      id: 'name',
      label: kind.name === 'plugin' ? 'Plugin' : words(named ?? kind.name),
      width: 'sm:w-[24%]',
      cell: (entity) => (
        <A
          class="link font-medium"
          href={group.href(`/${kind.plural}/${entity.id}`)}
          title={titleOf(kind, entity)}
        >
          {labelIn(kind, entity)}
        </A>
      ),
    },
    ...(kind.name === 'plugin' && without === undefined ? [appliesTo] : []),
    ...rest.map(
      (name): Column<Entity> => ({
        id: name,
        label: headings[name] ?? words(name),
        ...(narrow[name] ? { width: narrow[name] } : {}),
        cell: (entity) =>
          kind.name === 'service' && name === 'host' ? (
            <span class="code" title={addressOf(entity)}>
              {addressOf(entity)}
            </span>
          ) : (
            <Cell
              field={fields.get(name)}
              name={name}
              entity={entity}
              {...(onTag ? { onTag } : {})}
            />
          ),
      }),
    ),
  ]
}

/** Where a service is, as one would type it. */
export const addressOf = (service: Entity): string =>
  `${service.protocol}://${service.host}:${service.port}${service.path ?? ''}`

/** The field that the first column shows instead of the id. */
const nameColumn = (kind: Kind): string | undefined => {
  const known = ['name', kind.key, 'username', 'target', 'group']
  return known.find(
    (field): field is string =>
      typeof field === 'string' && field !== 'key' && kind.schema.properties?.[field] !== undefined,
  )
}

const labelIn = (kind: Kind, entity: Entity) =>
  kind.name === 'plugin' ? (
    <>
      {String(entity.name)}
      <Show when={entity.instance_name}>
        <span class="font-normal text-muted"> {String(entity.instance_name)}</span>
      </Show>
    </>
  ) : (
    labelOf(kind, entity)
  )

const titleOf = (kind: Kind, entity: Entity) =>
  kind.name === 'plugin' && typeof entity.instance_name === 'string'
    ? `${entity.name} (${entity.instance_name})`
    : labelOf(kind, entity)

const scopes = ['service', 'route', 'consumer'] as const

/** What a table has no room for: it stands in the first column already, or matters on the entity's own page. */
const hidden = (kind: Kind, name: string) =>
  name === 'id' ||
  name === 'client_certificate' ||
  (kind.name === 'plugin' && [...scopes, 'instance_name'].includes(name))

/** What a plugin acts on, in one column. */
const appliesTo: Column<Entity> = {
  id: 'scope',
  label: 'Applies to',
  cell: (entity) => {
    const set = scopes.filter((one) => entity[one] !== null && entity[one] !== undefined)
    return (
      <Show when={set.length > 0} fallback="All traffic">
        {set.map((one, index) => (
          <span class="[&_a]:underline">
            {index > 0 ? ', ' : ''}
            <span class="text-muted">{one} </span>
            <ReferenceLink to={one} id={(entity[one] as { id: string }).id} />
          </span>
        ))}
      </Show>
    )
  },
}
