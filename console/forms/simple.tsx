import Eye from 'lucide-solid/icons/eye'
import EyeOff from 'lucide-solid/icons/eye-off'
import { createSignal, For, Show } from 'solid-js'
import type { Field } from './field.ts'
import { controlId, useForm } from './form.tsx'
import { describedBy } from './frame.tsx'
import type { Path } from './values.ts'

interface ControlProps<Kind extends Field['kind']> {
  field: Extract<Field, { kind: Kind }>
  path: Path
  /** Names the control where no label element does. */
  label: string | undefined
}

/** What every control has: its id, its value's place, and what is wrong with it. */
const attributes = (props: { path: Path }) => {
  const form = useForm()
  return {
    form,
    id: () => controlId(props.path),
    text: () => String(form.at(props.path) ?? ''),
    invalid: () => form.problem(props.path) !== undefined,
    write: (value: unknown) => form.set(props.path, value),
  }
}

export const TextControl = (props: ControlProps<'text'>) => {
  const { id, text, invalid, write } = attributes(props)
  const [shown, setShown] = createSignal(false)
  const placeholder = () => (props.field.made ? 'Made for you when left empty' : undefined)
  return (
    <div class="relative">
      <input
        id={id()}
        class="input"
        classList={{ 'code pr-10': props.field.secret }}
        type={props.field.secret && !shown() ? 'password' : 'text'}
        value={text()}
        placeholder={placeholder()}
        autocomplete={props.field.secret ? 'new-password' : 'off'}
        spellcheck={false}
        aria-label={props.label}
        aria-required={props.field.required}
        aria-invalid={invalid()}
        aria-describedby={describedBy(props.path)}
        onInput={(event) => write(event.currentTarget.value)}
      />
      <Show when={props.field.secret}>
        <Reveal shown={shown()} of={props.field.label} toggle={() => setShown(!shown())} />
      </Show>
    </div>
  )
}

const Reveal = (props: { shown: boolean; of: string; toggle: () => void }) => (
  <button
    type="button"
    class="icon-button absolute top-0 right-0"
    aria-pressed={props.shown}
    aria-label={`Show ${props.of}`}
    title={props.shown ? 'Hide' : 'Show'}
    onClick={() => props.toggle()}
  >
    <Show when={props.shown} fallback={<Eye size={16} />}>
      <EyeOff size={16} />
    </Show>
  </button>
)

export const NumberControl = (props: ControlProps<'number'>) => {
  const { id, text, invalid, write } = attributes(props)
  return (
    <input
      id={id()}
      class="input max-w-60"
      type="text"
      inputmode={props.field.whole ? 'numeric' : 'decimal'}
      value={text()}
      autocomplete="off"
      aria-label={props.label}
      aria-required={props.field.required}
      aria-invalid={invalid()}
      aria-describedby={describedBy(props.path)}
      onInput={(event) => write(event.currentTarget.value)}
    />
  )
}

export const TextAreaControl = (props: ControlProps<'textarea' | 'json'>) => {
  const { id, text, invalid, write } = attributes(props)
  const [shown, setShown] = createSignal(false)
  const masked = () => props.field.secret && !shown() && text() !== ''
  return (
    <div class="relative">
      <textarea
        id={id()}
        class="input code block min-h-28 resize-y"
        classList={{ masked: masked(), 'pr-10': props.field.secret }}
        rows={props.field.kind === 'json' ? 4 : 6}
        value={text()}
        placeholder={props.field.kind === 'json' ? '{ }' : undefined}
        autocomplete="off"
        spellcheck={false}
        aria-label={props.label}
        aria-required={props.field.required}
        aria-invalid={invalid()}
        aria-describedby={describedBy(props.path)}
        onInput={(event) => write(event.currentTarget.value)}
      />
      <Show when={props.field.secret}>
        <Reveal shown={shown()} of={props.field.label} toggle={() => setShown(!shown())} />
      </Show>
    </div>
  )
}

export const EnumControl = (props: ControlProps<'enum'>) => {
  const { form, id, text, invalid, write } = attributes(props)
  const unset = () =>
    form.at(props.path) === '' || (props.field.nullable && props.field.fallback === null)
  const pick = (chosen: string) =>
    write(props.field.options.find((option) => String(option) === chosen) ?? '')
  return (
    <select
      id={id()}
      class="input max-w-80"
      value={text()}
      aria-label={props.label}
      aria-required={props.field.required}
      aria-invalid={invalid()}
      aria-describedby={describedBy(props.path)}
      onChange={(event) => pick(event.currentTarget.value)}
    >
      <Show when={unset()}>
        <option value="">Not set</option>
      </Show>
      <For each={props.field.options}>
        {(option) => (
          <option value={String(option)} selected={String(option) === text()}>
            {String(option)}
          </option>
        )}
      </For>
    </select>
  )
}

/** A boolean that may also stay unset. */
export const YesNoControl = (props: ControlProps<'boolean'>) => {
  const { form, id, invalid, write } = attributes(props)
  const now = () => String(form.at(props.path) ?? '')
  return (
    <select
      id={id()}
      class="input max-w-60"
      value={now()}
      aria-label={props.label}
      aria-invalid={invalid()}
      aria-describedby={describedBy(props.path)}
      onChange={(event) => {
        const chosen = event.currentTarget.value
        write(chosen === '' ? null : chosen === 'true')
      }}
    >
      <Show when={props.field.nullable}>
        <option value="">Not set</option>
      </Show>
      <option value="true">Yes</option>
      <option value="false">No</option>
    </select>
  )
}
