import CircleOff from 'lucide-solid/icons/circle-off'
import CirclePlay from 'lucide-solid/icons/circle-play'
import Hash from 'lucide-solid/icons/hash'
import Pencil from 'lucide-solid/icons/pencil'
import Trash from 'lucide-solid/icons/trash'
import { createEffect, createSignal, type JSX, on, Show } from 'solid-js'
import { changeEntity, type Entity, labelOf, listEntities } from '../../data/entities.ts'
import { messageOf } from '../../data/errors.ts'
import { createQuery } from '../../data/query.ts'
import type { Kind } from '../../data/schemas.ts'
import { mayWrite } from '../../data/session.ts'
import { copyAndTell } from '../../ui/copy.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Menu, type MenuItem } from '../../ui/menu.tsx'
import { Empty } from '../../ui/notice.tsx'
import { createCursor, Pager } from '../../ui/pager.tsx'
import { ListSkeleton } from '../../ui/skeleton.tsx'
import { Table } from '../../ui/table.tsx'
import { notify } from '../../ui/toast.tsx'
import { useGroup } from '../frame/group-context.ts'
import { columnsOf } from './columns.tsx'
import { DeleteEntity } from './delete.tsx'

const PAGE = 25

export interface EntityListProps {
  kind: Kind
  /** Only what belongs to this entity. */
  owner?: { kind: Kind; id: string } | undefined
  search?: string | undefined
  tags?: string | undefined
  onTag?: (tag: string) => void
  /** What stands here when there is nothing at all. */
  empty: () => JSX.Element
}

/** One page of a kind's entities, with what can be done with each. */
export const EntityList = (props: EntityListProps) => {
  const group = useGroup()
  const cursor = createCursor()
  createEffect(
    on(
      () => [props.search, props.tags],
      () => cursor.reset(),
      { defer: true },
    ),
  )
  const list = createQuery(
    () => ({
      kind: props.kind.name,
      search: props.search,
      tags: props.tags,
      offset: cursor.offset(),
      owner: props.owner?.id,
    }),
    ({ search, tags, offset }, signal) =>
      listEntities(
        group.name(),
        props.kind,
        {
          size: PAGE,
          sort: sortOf(props.kind),
          ...(search ? { search } : {}),
          ...(tags ? { tags } : {}),
          ...(offset ? { offset } : {}),
          ...(props.owner ? { owner: props.owner } : {}),
        },
        signal,
      ),
    { keep: true },
  )
  const [doomed, setDoomed] = createSignal<Entity>()
  const filtered = () => Boolean(props.search || props.tags)

  const actions = (entity: Entity): MenuItem[] => [
    ...(mayWrite()
      ? [
          {
            label: 'Edit',
            icon: () => <Pencil size={16} />,
            href: group.href(
              `/${props.kind.plural}/${entity.id}${props.kind.name === 'plugin' ? '' : '/edit'}`,
            ),
          },
        ]
      : []),
    ...(mayWrite() && typeof entity.enabled === 'boolean' ? [toggle(entity)] : []),
    {
      label: 'Copy id',
      icon: () => <Hash size={16} />,
      act: () => copyAndTell(entity.id, 'The id was copied.'),
    },
    ...(mayWrite()
      ? [
          {
            label: 'Delete',
            icon: () => <Trash size={16} />,
            danger: true,
            act: () => setDoomed(entity),
          },
        ]
      : []),
  ]
  const toggle = (entity: Entity): MenuItem => ({
    label: entity.enabled ? 'Disable' : 'Enable',
    icon: () => (entity.enabled ? <CircleOff size={16} /> : <CirclePlay size={16} />),
    act: () => {
      const enabled = !entity.enabled
      changeEntity(group.name(), props.kind, entity.id, { enabled })
        .then(() => {
          notify(`${labelOf(props.kind, entity)} is now ${enabled ? 'enabled' : 'disabled'}.`)
          return list.refresh()
        })
        .catch((error: unknown) => notify(messageOf(error), { failed: true }))
    },
  })

  return (
    <>
      <Loaded query={list} what="list" skeleton={<ListSkeleton label="Loading" />}>
        {(page) => (
          <Show
            when={page().data.length > 0}
            fallback={
              filtered() ? (
                <Empty title="Nothing matches">Try another search or fewer tags.</Empty>
              ) : (
                props.empty()
              )
            }
          >
            <Table
              label={props.kind.plural}
              rows={page().data}
              busy={list.loading()}
              columns={columnsOf({
                kind: props.kind,
                group,
                ...(props.owner ? { without: props.owner.kind.name } : {}),
                ...(props.onTag ? { onTag: props.onTag } : {}),
              })}
              actions={(entity) => (
                <Menu
                  label={`Actions for ${labelOf(props.kind, entity)}`}
                  items={actions(entity)}
                />
              )}
            />
            <Pager previous={cursor.previous()} next={cursor.next(page().offset)} />
          </Show>
        )}
      </Loaded>
      <DeleteEntity
        kind={props.kind}
        entity={doomed()}
        close={() => setDoomed(undefined)}
        done={() => void list.refresh()}
      />
    </>
  )
}

/** By name where there is one, else the newest first. */
const sortOf = (kind: Kind): string => {
  const key = kind.name === 'plugin' ? 'name' : kind.key
  return key && key !== 'key' ? key : '-created_at'
}
