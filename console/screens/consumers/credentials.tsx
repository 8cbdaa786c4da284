import Plus from 'lucide-solid/icons/plus'
import Trash from 'lucide-solid/icons/trash'
import { createSignal, For, type JSX, Show } from 'solid-js'
import { createEntity, type Entity, listEntities } from '../../data/entities.ts'
import { ApiError, messageOf } from '../../data/errors.ts'
import { createQuery } from '../../data/query.ts'
import { type Kind, kindNamed } from '../../data/schemas.ts'
import { mayWrite } from '../../data/session.ts'
import { problemsOf, sentenceOf } from '../../forms/problems.ts'
import { Button } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { CardSkeleton } from '../../ui/skeleton.tsx'
import { Time } from '../../ui/time.tsx'
import { notify } from '../../ui/toast.tsx'
import { DeleteEntity } from '../entities/delete.tsx'
import { Secret } from '../entities/settings.tsx'
import { useGroup } from '../frame/group-context.ts'

const SHOWN = 1000

/** How a consumer proves who it is, and which groups it is in. */
export const Credentials = (props: { consumer: Entity }) => (
  <div class="grid items-start gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
    <Show when={kindNamed('keyauth_credential')}>
      {(kind) => (
        <Panel
          title="API keys"
          note="For the key-auth plugin. Left empty, a key is made for you."
          kind={kind()}
          consumer={props.consumer}
          field="key"
          placeholder="A key of your own (optional)"
          optional
          row={(entity) => <Secret text={String(entity.key)} label="key" />}
        />
      )}
    </Show>
    <Show when={kindNamed('acl')}>
      {(kind) => (
        <Panel
          title="Groups"
          note="For the acl plugin, which allows or denies by group."
          kind={kind()}
          consumer={props.consumer}
          field="group"
          placeholder="Name of a group"
          row={(entity) => (
            <span class="block truncate font-medium" title={String(entity.group)}>
              {String(entity.group)}
            </span>
          )}
        />
      )}
    </Show>
  </div>
)

const Panel = (props: {
  title: string
  note: string
  kind: Kind
  consumer: Entity
  field: string
  placeholder: string
  optional?: boolean
  row: (entity: Entity) => JSX.Element
}) => {
  const group = useGroup()
  const [text, setText] = createSignal('')
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  const [doomed, setDoomed] = createSignal<Entity>()
  const list = createQuery(
    () => props.consumer.id,
    async (id, signal) => {
      const owner = kindNamed('consumer')
      if (!owner) return undefined
      const query = { owner: { kind: owner, id }, size: SHOWN }
      return listEntities(group.name(), props.kind, query, signal)
    },
  )

  const add = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(undefined)
    try {
      await createEntity(group.name(), props.kind, {
        consumer: { id: props.consumer.id },
        ...(text() === '' ? {} : { [props.field]: text() }),
      })
      setText('')
      notify(props.field === 'key' ? 'The key was added.' : 'The consumer is now in the group.')
      await list.refresh()
    } catch (error) {
      const found = error instanceof ApiError ? problemsOf(error.fields) : {}
      setProblem(sentenceOf(Object.values(found)[0] ?? messageOf(error)))
    }
    setBusy(false)
  }

  return (
    <section class="card">
      <header class="border-line border-b px-4 py-3">
        <h2>{props.title}</h2>
        <p class="text-muted">{props.note}</p>
      </header>
      <Loaded query={list} what="list" skeleton={<CardSkeleton label="Loading" class="h-24" />}>
        {(page) => (
          <ul class="divide-y divide-line">
            <For
              each={page().data}
              fallback={<li class="px-4 py-5 text-center text-muted">None yet.</li>}
            >
              {(entity) => (
                <li class="flex min-h-11 items-center gap-3 py-1 pr-2 pl-4">
                  <span class="min-w-0 flex-1">{props.row(entity)}</span>
                  <span class="shrink-0 text-[13px] text-muted">
                    <Time at={entity.created_at} />
                  </span>
                  <Show when={mayWrite()}>
                    <button
                      type="button"
                      class="icon-button"
                      aria-label={`Delete ${props.field === 'key' ? 'this key' : entity.group}`}
                      onClick={() => setDoomed(entity)}
                    >
                      <Trash size={16} />
                    </button>
                  </Show>
                </li>
              )}
            </For>
          </ul>
        )}
      </Loaded>
      <Show when={mayWrite()}>
        <form class="border-line border-t p-4" onSubmit={add}>
          <div class="flex flex-wrap gap-2">
            <input
              class="input min-w-0 flex-1 basis-48"
              value={text()}
              placeholder={props.placeholder}
              aria-label={props.placeholder}
              aria-invalid={problem() !== undefined}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => setText(event.currentTarget.value)}
            />
            <Button type="submit" busy={busy()} disabled={!props.optional && text() === ''}>
              <Plus size={16} />
              {props.field === 'key' ? 'Add key' : 'Add to group'}
            </Button>
          </div>
          <div role="alert">
            <Show when={problem()}>
              <p class="mt-1 font-medium text-[13px] text-danger">{problem()}</p>
            </Show>
          </div>
        </form>
      </Show>
      <DeleteEntity
        kind={props.kind}
        entity={doomed()}
        close={() => setDoomed(undefined)}
        done={() => void list.refresh()}
      />
    </section>
  )
}
