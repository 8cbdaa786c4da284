import { createSignal, For, Show } from 'solid-js'
import { deleteEntity, type Entity, labelOf, putEntity, writable } from '../../data/entities.ts'
import { messageOf } from '../../data/errors.ts'
import { forgetLabels } from '../../data/labels.ts'
import { createQuery } from '../../data/query.ts'
import { type Consequences, consequencesOf, namesOf } from '../../data/related.ts'
import type { Kind } from '../../data/schemas.ts'
import { counted, words } from '../../forms/words.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { notify } from '../../ui/toast.tsx'
import { useGroup } from '../frame/group-context.ts'

/** Asks before an entity is deleted, names what goes with it, and offers the way back afterwards. */
export const DeleteEntity = (props: {
  kind: Kind
  entity: Entity | undefined
  close: () => void
  /** After it went, and again after it came back. */
  done: () => void
  restored?: () => void
}) => {
  const group = useGroup()
  const [shown, setShown] = createSignal<Entity>()
  const consequences = createQuery(
    () => {
      if (props.entity) setShown(props.entity)
      return props.entity?.id
    },
    async (): Promise<Consequences | undefined> =>
      props.entity && consequencesOf(group.name(), props.kind, props.entity),
  )
  const name = () => {
    const entity = shown()
    return entity ? labelOf(props.kind, entity) : ''
  }
  const blocked = () => (consequences.data()?.blocking.length ?? 0) > 0

  const act = async () => {
    const entity = props.entity
    if (!entity) return
    const known = consequences.data()
    const label = labelOf(props.kind, entity)
    const going = (known?.going ?? []).map(({ kind, entities }) => ({
      kind,
      entities: entities.map((one) => writable(kind, one)),
    }))
    const copy = writable(props.kind, entity)
    await deleteEntity(group.name(), props.kind, entity.id)
    forgetLabels()
    const restore = async () => {
      await putEntity(group.name(), props.kind, copy.id, copy)
      for (const { kind, entities } of going) {
        for (const one of entities) await putEntity(group.name(), kind, one.id, one)
      }
      forgetLabels()
      notify(`${label} is back.`)
      ;(props.restored ?? props.done)()
    }
    notify(`${label} was deleted.`, known?.whole ? { undo: restore } : {})
    props.done()
  }

  return (
    <Confirm
      open={props.entity !== undefined}
      title={blocked() ? `${name()} is still in use` : `Delete ${name()}?`}
      action={`Delete ${kindWord(props.kind)}`}
      blocked={blocked()}
      onClose={props.close}
      act={act}
    >
      <Show when={consequences.error()}>
        <p class="text-muted">
          What goes with it could not be found out: {messageOf(consequences.error())}
        </p>
      </Show>
      <Show when={blocked()}>
        <p>Delete these first, or point them somewhere else:</p>
        <List parts={consequences.data()?.blocking ?? []} />
      </Show>
      <Show when={!blocked()}>
        <Show
          when={(consequences.data()?.going.length ?? 0) > 0}
          fallback={
            <p>
              {consequences.loading() && !consequences.error()
                ? 'Looking for what goes with it…'
                : 'Runtimes stop using it within seconds.'}
            </p>
          }
        >
          <p>This goes with it:</p>
          <List parts={consequences.data()?.going ?? []} />
          <p>Runtimes stop using all of it within seconds.</p>
        </Show>
      </Show>
    </Confirm>
  )
}

const List = (props: { parts: { kind: Kind; entities: Entity[] }[] }) => (
  <ul class="list-disc pl-5">
    <For each={props.parts}>
      {({ kind, entities }) => (
        <li class="break-words">
          {counted(entities.length, kindWord(kind), words(kind.plural).toLowerCase())}:{' '}
          <span class="font-medium">{namesOf(kind, entities)}</span>
        </li>
      )}
    </For>
  </ul>
)

/** A kind in running text. */
export const kindWord = (kind: Kind): string => {
  const text = words(kind.name)
  return /^[A-Z]{2}/.test(text) ? text : text.toLowerCase()
}
