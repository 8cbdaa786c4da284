import Plus from 'lucide-solid/icons/plus'
import Trash from 'lucide-solid/icons/trash'
import { For, Index, Show } from 'solid-js'
import type { Field } from './field.ts'
import { Control, FieldView } from './field-view.tsx'
import { useForm } from './form.tsx'
import { type Path, startOf } from './values.ts'

type List = Extract<Field, { kind: 'list' }>

/** A list whose items are more than one short value. */
export const ListControl = (props: { field: List; path: Path }) => {
  const form = useForm()
  const items = () => (form.at(props.path) as unknown[] | undefined) ?? []
  const fields = () => (props.field.item.kind === 'record' ? props.field.item.fields : undefined)
  const remove = (index: number) =>
    form.set(
      props.path,
      items().filter((_, at) => at !== index),
    )
  return (
    <>
      <Index each={items()}>
        {(_, index) => (
          <div class="flex items-start gap-2 rounded-md border border-line p-3">
            <div class="grid min-w-0 flex-1 gap-3 sm:grid-cols-2">
              <Show
                when={fields()}
                fallback={
                  <Control
                    field={props.field.item}
                    path={[...props.path, index]}
                    label={`${props.field.label} ${index + 1}`}
                  />
                }
              >
                {(inner) => (
                  <For each={inner()}>
                    {(field) => (
                      <FieldView field={field} path={[...props.path, index, field.name]} />
                    )}
                  </For>
                )}
              </Show>
            </div>
            <button
              type="button"
              class="icon-button"
              aria-label={`Remove item ${index + 1} of ${props.field.label}`}
              onClick={() => remove(index)}
            >
              <Trash size={16} />
            </button>
          </div>
        )}
      </Index>
      <button
        type="button"
        class="button button-plain self-start"
        onClick={() => form.set(props.path, [...items(), startOf(props.field.item, undefined)])}
      >
        <Plus size={16} />
        Add to {props.field.label.toLowerCase()}
      </button>
    </>
  )
}
