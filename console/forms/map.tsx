import Plus from 'lucide-solid/icons/plus'
import Trash from 'lucide-solid/icons/trash'
import { Index, Show } from 'solid-js'
import type { Field } from './field.ts'
import { Control } from './field-view.tsx'
import { controlId, useForm } from './form.tsx'
import { sentenceOf } from './problems.ts'
import { type Path, type Row, startOf } from './values.ts'

type MapField = Extract<Field, { kind: 'map' }>

/** Names and a value for each, as rows. */
export const MapControl = (props: { field: MapField; path: Path }) => {
  const form = useForm()
  const rows = () => (form.at(props.path) as Row[] | undefined) ?? []
  const add = () => {
    form.set(props.path, [...rows(), { key: '', value: startOf(props.field.item, undefined) }])
    const last = rows().length - 1
    queueMicrotask(() => document.getElementById(controlId([...props.path, last, 'key']))?.focus())
  }
  const remove = (index: number) =>
    form.set(
      props.path,
      rows().filter((_, at) => at !== index),
    )
  return (
    <>
      <Index each={rows()}>
        {(row, index) => (
          <div class="flex flex-col gap-1">
            <div class="flex items-start gap-2">
              <div class="grid min-w-0 flex-1 gap-2 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
                <input
                  id={controlId([...props.path, index, 'key'])}
                  class="input"
                  value={row().key}
                  placeholder="Name"
                  autocomplete="off"
                  spellcheck={false}
                  aria-label={`Name ${index + 1} of ${props.field.label}`}
                  aria-invalid={form.troubled([...props.path, row().key])}
                  onInput={(event) =>
                    form.set([...props.path, index, 'key'], event.currentTarget.value)
                  }
                />
                <div class="min-w-0">
                  <Control
                    field={props.field.item}
                    path={[...props.path, index, 'value']}
                    label={`Value of ${row().key || `name ${index + 1}`}`}
                  />
                </div>
              </div>
              <button
                type="button"
                class="icon-button"
                aria-label={`Remove ${row().key || `row ${index + 1}`}`}
                onClick={() => remove(index)}
              >
                <Trash size={16} />
              </button>
            </div>
            <Show when={row().key !== '' && form.problem([...props.path, row().key])}>
              {(message) => (
                <p class="font-medium text-[13px] text-danger">{sentenceOf(message())}</p>
              )}
            </Show>
          </div>
        )}
      </Index>
      <button type="button" class="button button-plain self-start" onClick={add}>
        <Plus size={16} />
        Add to {props.field.label.toLowerCase()}
      </button>
    </>
  )
}
