import ChevronRight from 'lucide-solid/icons/chevron-right'
import { createEffect, createSignal, Show } from 'solid-js'
import type { RecordField } from './field.ts'
import { FieldGrid } from './field-view.tsx'
import { controlId, useForm } from './form.tsx'
import { Problem, WireName } from './frame.tsx'
import { type Path, valuesOf } from './values.ts'
import { counted } from './words.ts'

/** Fields that belong together. Closed at first; opens by itself when something in it is wrong. */
export const RecordControl = (props: { field: RecordField; path: Path }) => {
  const form = useForm()
  const [open, setOpen] = createSignal(props.field.fields.some((field) => field.required))
  const there = () => form.at(props.path) !== null
  createEffect(() => {
    if (form.troubled(props.path)) setOpen(true)
  })
  const id = () => controlId(props.path)
  return (
    <section class="rounded-md border border-line" aria-labelledby={`${id()}-label`}>
      <div class="flex items-center gap-1 pr-2">
        <button
          type="button"
          id={id()}
          class="flex min-w-0 flex-1 items-center gap-2 rounded-md px-3 py-2 text-left"
          aria-expanded={open()}
          aria-controls={`${id()}-fields`}
          onClick={() => setOpen(!open())}
        >
          <ChevronRight
            size={16}
            class={`shrink-0 text-muted transition-transform ${open() ? 'rotate-90' : ''}`}
          />
          <span id={`${id()}-label`} class="font-medium">
            {props.field.label}
          </span>
          <WireName field={props.field} />
          <span class="ml-auto shrink-0 text-[13px] text-muted">
            {there() ? counted(props.field.fields.length, 'field') : 'not set'}
          </span>
        </button>
        <Show when={props.field.nullable}>
          <button
            type="button"
            class="button button-quiet"
            onClick={() => {
              form.set(props.path, there() ? null : valuesOf(props.field.fields, undefined))
              setOpen(there())
            }}
          >
            {there() ? 'Clear' : 'Set'}
          </button>
        </Show>
      </div>
      <Show when={open()}>
        <div id={`${id()}-fields`} class="flex flex-col gap-4 border-line border-t p-4">
          <Show when={props.field.description}>
            <p class="text-[13px] text-muted">{props.field.description}</p>
          </Show>
          <Problem path={props.path} />
          <Show when={there()}>
            <FieldGrid fields={props.field.fields} at={props.path} />
          </Show>
        </div>
      </Show>
    </section>
  )
}
