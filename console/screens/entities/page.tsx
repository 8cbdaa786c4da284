import { useNavigate, useParams } from '@solidjs/router'
import Hash from 'lucide-solid/icons/hash'
import Pencil from 'lucide-solid/icons/pencil'
import Plus from 'lucide-solid/icons/plus'
import Trash from 'lucide-solid/icons/trash'
import { createSignal, type JSX, Show } from 'solid-js'
import { type Entity, labelOf, readEntity } from '../../data/entities.ts'
import { createQuery } from '../../data/query.ts'
import { type Related, relatedTo } from '../../data/related.ts'
import { type Kind, kinds } from '../../data/schemas.ts'
import { mayWrite } from '../../data/session.ts'
import { words } from '../../forms/words.ts'
import { LinkButton } from '../../ui/button.tsx'
import { copyAndTell } from '../../ui/copy.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Menu } from '../../ui/menu.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { CardSkeleton } from '../../ui/skeleton.tsx'
import { type Tab, Tabs } from '../../ui/tabs.tsx'
import { Credentials } from '../consumers/credentials.tsx'
import { useGroup } from '../frame/group-context.ts'
import { NotFound } from '../frame/not-found.tsx'
import { TrafficCard } from '../overview/traffic-card.tsx'
import { Enabled } from './cells.tsx'
import { addressOf } from './columns.tsx'
import { DeleteEntity, kindWord } from './delete.tsx'
import { EntityList } from './list.tsx'
import { Settings } from './settings.tsx'
import { Teach } from './teach.tsx'

/** Kinds that traffic is counted by. */
const counted = new Set(['service', 'route', 'consumer'])

/** One entity: what lies under it, and its settings. */
export const EntityPage = () => {
  const params = useParams<{ collection: string; id: string }>()
  const group = useGroup()
  const kind = () => kinds()?.find((one) => one.plural === params.collection)
  const entity = createQuery(
    () => kind() && { id: params.id, kind: kind()?.name },
    async ({ id }, signal) => {
      const found = kind()
      return found && readEntity(group.name(), found, id, signal)
    },
  )
  return (
    <Show when={kind()} keyed fallback={<NotFound />}>
      {(found) => (
        <Loaded
          query={entity}
          what={kindWord(found)}
          skeleton={<CardSkeleton label="Loading" class="h-96" />}
        >
          {(loaded) => <Detail kind={found} entity={loaded()} />}
        </Loaded>
      )}
    </Show>
  )
}

const Detail = (props: { kind: Kind; entity: Entity }) => {
  const group = useGroup()
  const navigate = useNavigate()
  const [doomed, setDoomed] = createSignal<Entity>()
  const here = () => group.href(`/${props.kind.plural}/${props.entity.id}`)
  const tabs = (): Tab[] => [
    ...(props.kind.name === 'consumer'
      ? [
          {
            id: 'credentials',
            label: 'Credentials',
            panel: () => <Credentials consumer={props.entity} />,
          },
        ]
      : []),
    ...relatedTo(props.kind)
      .filter(({ kind }) => kind.name !== 'keyauth_credential' && kind.name !== 'acl')
      .map((related) => ({
        id: related.kind.plural,
        label: words(related.kind.plural),
        panel: () => <RelatedList owner={props.kind} entity={props.entity} related={related} />,
      })),
    ...(counted.has(props.kind.name)
      ? [
          {
            id: 'traffic',
            label: 'Traffic',
            panel: () => <TrafficCard only={{ [props.kind.name]: props.entity.id }} />,
          },
        ]
      : []),
    {
      id: 'settings',
      label: 'Settings',
      panel: () => <Settings kind={props.kind} entity={props.entity} />,
    },
  ]
  return (
    <>
      <PageHeader
        title={labelOf(props.kind, props.entity)}
        crumbs={[{ label: words(props.kind.plural), href: group.href(`/${props.kind.plural}`) }]}
        badge={typeof props.entity.enabled === 'boolean' && <Enabled on={props.entity.enabled} />}
        actions={
          <>
            <Show when={mayWrite()}>
              <LinkButton href={`${here()}/edit`}>
                <Pencil size={16} />
                Edit
              </LinkButton>
            </Show>
            <Menu
              label="More actions"
              class="button button-plain px-2"
              items={[
                {
                  label: 'Copy id',
                  icon: () => <Hash size={16} />,
                  act: () => copyAndTell(props.entity.id, 'The id was copied.'),
                },
                ...(mayWrite()
                  ? [
                      {
                        label: 'Delete',
                        icon: () => <Trash size={16} />,
                        danger: true,
                        act: () => setDoomed(props.entity),
                      },
                    ]
                  : []),
              ]}
            />
          </>
        }
      >
        {summaryOf(props.kind, props.entity)}
      </PageHeader>
      <Tabs label="Parts" tabs={tabs()} />
      <DeleteEntity
        kind={props.kind}
        entity={doomed()}
        close={() => setDoomed(undefined)}
        done={() => navigate(group.href(`/${props.kind.plural}`))}
        restored={() => navigate(here())}
      />
    </>
  )
}

const RelatedList = (props: { owner: Kind; entity: Entity; related: Related }) => {
  const group = useGroup()
  const kind = () => props.related.kind
  const create = () =>
    group.href(`/${kind().plural}/new?${props.owner.name}=${encodeURIComponent(props.entity.id)}`)
  const nested = () =>
    kind().nested?.under === props.owner.name ? kind().nested?.path : kind().path
  return (
    <>
      <Show when={mayWrite()}>
        <div class="mb-3 flex justify-end">
          <LinkButton href={create()}>
            <Plus size={16} />
            New {kindWord(kind())}
          </LinkButton>
        </div>
      </Show>
      <EntityList
        kind={kind()}
        owner={{ kind: props.owner, id: props.entity.id }}
        empty={() => (
          <Teach
            kind={kind()}
            create={create()}
            collection={`${props.owner.path}/${props.entity.id}/${nested()}`}
          />
        )}
      />
    </>
  )
}

/** One line that says what an entity is about. */
const summaryOf = (kind: Kind, entity: Entity): JSX.Element => {
  if (kind.name === 'service') {
    return <span class="code break-all">{addressOf(entity)}</span>
  }
  if (kind.name === 'route') {
    const parts = [entity.methods, entity.hosts, entity.paths].filter(Array.isArray)
    return <span class="code break-all">{parts.map((part) => part.join(', ')).join('  ')}</span>
  }
  return undefined
}
