import { For } from 'solid-js'
import type { Field } from './field.ts'
import { useForm } from './form.tsx'
import type { Path } from './values.ts'

type Choices = Extract<Field, { kind: 'choices' }>

/** Any number of a few known values. */
export const ChoicesControl = (props: { field: Choices; path: Path }) => {
  const form = useForm()
  const chosen = () => (form.at(props.path) as (string | number)[] | undefined) ?? []
  const toggle = (option: string | number, on: boolean) =>
    form.set(
      props.path,
      props.field.options.filter((one) => (one === option ? on : chosen().includes(one))),
    )
  return (
    <div class="flex flex-wrap gap-1.5">
      <For each={props.field.options}>
        {(option) => (
          <label class="flex h-8 cursor-pointer items-center gap-2 rounded-md border border-line-strong bg-surface px-2.5 has-checked:border-accent has-focus-visible:outline-2 has-checked:bg-accent-soft has-focus-visible:outline-accent has-focus-visible:outline-offset-2">
            <input
              type="checkbox"
              class="size-3.5 accent-accent-fill outline-none"
              checked={chosen().includes(option)}
              onChange={(event) => toggle(option, event.currentTarget.checked)}
            />
            {String(option)}
          </label>
        )}
      </For>
    </div>
  )
}
