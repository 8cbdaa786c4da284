import { A, useParams, useSearchParams } from '@solidjs/router'
import Plus from 'lucide-solid/icons/plus'
import { For, Show } from 'solid-js'
import { type Kind, kinds } from '../../data/schemas.ts'
import { mayWrite } from '../../data/session.ts'
import { words } from '../../forms/words.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Filter } from '../../ui/filter.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { useGroup } from '../frame/group-context.ts'
import { NotFound } from '../frame/not-found.tsx'
import { kindWord } from './delete.tsx'
import { EntityList } from './list.tsx'
import { Teach } from './teach.tsx'

/** Kinds that share one entry of the navigation. */
const families = [['certificate', 'sni', 'ca_certificate']]

/** All entities of one kind. */
export const EntitiesPage = () => {
  const params = useParams<{ collection: string }>()
  const kind = () => kinds()?.find((one) => one.plural === params.collection)
  return (
    <Show when={kind()} keyed fallback={<NotFound />}>
      {(found) => <Collection kind={found} />}
    </Show>
  )
}

const Collection = (props: { kind: Kind }) => {
  const group = useGroup()
  const [search, setSearch] = useSearchParams<{ search?: string; tags?: string }>()
  const family = () =>
    families
      .find((names) => names.includes(props.kind.name))
      ?.flatMap((name) => kinds()?.find((one) => one.name === name) ?? [])
  const create = () => group.href(`/${props.kind.plural}/new`)
  const tags = () => search.tags?.split(',').filter(Boolean) ?? []
  return (
    <>
      <PageHeader
        title={words(props.kind.plural)}
        actions={
          mayWrite() && (
            <LinkButton href={create()} tone="primary">
              <Plus size={16} />
              New {kindWord(props.kind)}
            </LinkButton>
          )
        }
      >
        {props.kind.summary}
      </PageHeader>
      <Show when={family()}>
        {(members) => (
          <nav aria-label="Kinds" class="mb-5 flex gap-5 overflow-x-auto border-line border-b">
            <For each={members()}>
              {(member) => (
                <A
                  href={group.href(`/${member.plural}`)}
                  end
                  class="-mb-px flex h-9 items-center whitespace-nowrap border-b-2 font-medium -outline-offset-2"
                  activeClass="border-accent"
                  inactiveClass="border-transparent text-muted hover:text-ink"
                >
                  {words(member.plural)}
                </A>
              )}
            </For>
          </nav>
        )}
      </Show>
      <Filter
        what={words(props.kind.plural).toLowerCase()}
        search={search.search ?? ''}
        tags={tags()}
        change={(next) =>
          setSearch(
            {
              ...(next.search === undefined ? {} : { search: next.search || null }),
              ...(next.tags === undefined ? {} : { tags: next.tags.join(',') || null }),
            },
            { replace: true },
          )
        }
      />
      <EntityList
        kind={props.kind}
        search={search.search}
        tags={search.tags}
        onTag={(tag) => setSearch({ tags: [...new Set([...tags(), tag])].join(',') })}
        empty={() => <Teach kind={props.kind} create={create()} collection={props.kind.path} />}
      />
    </>
  )
}
