import X from 'lucide-solid/icons/x'
import { createSignal, For, Show } from 'solid-js'
import type { Field } from './field.ts'
import { controlId, useForm } from './form.tsx'
import { describedBy } from './frame.tsx'
import { sentenceOf } from './problems.ts'
import { numberOf, type Path } from './values.ts'

type Chips = Extract<Field, { kind: 'chips' }>

/** A list of short values. Enter adds one, Backspace in the empty box takes the last away; pasted lines are one each. */
export const ChipsControl = (props: { field: Chips; path: Path; label: string | undefined }) => {
  const form = useForm()
  const [text, setText] = createSignal('')
  const items = () => (form.at(props.path) as (string | number)[] | undefined) ?? []
  /** Methods are case-sensitive, and upper case is what is meant. */
  const upper = () => props.field.name === 'methods'
  const tags = () => props.field.name === 'tags'

  const add = (line: string) => {
    const parts = line
      .split(tags() ? /[,\n]/ : '\n')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => (props.field.numeric ? numberOf(part) : upper() ? part.toUpperCase() : part))
      .filter((part) => !items().includes(part))
    setText('')
    if (parts.length > 0) form.set(props.path, [...items(), ...new Set(parts)])
  }
  const remove = (index: number) =>
    form.set(
      props.path,
      items().filter((_, at) => at !== index),
    )

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return
    if ((event.key === 'Enter' || (event.key === ',' && tags())) && text() !== '') {
      event.preventDefault()
      add(text())
    } else if (event.key === 'Backspace' && text() === '' && items().length > 0) {
      event.preventDefault()
      remove(items().length - 1)
    }
  }
  const onPaste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData?.getData('text') ?? ''
    if (!pasted.includes('\n')) return
    event.preventDefault()
    add(text() + pasted)
  }

  return (
    <>
      <div
        class="input flex flex-wrap items-center gap-1 py-[3px] pr-1 pl-1"
        data-invalid={form.troubled(props.path)}
      >
        <For each={items()}>
          {(item, index) => (
            <span
              class="flex h-6 max-w-full items-center rounded border border-line bg-sunken pl-2 data-[invalid=true]:border-danger data-[invalid=true]:bg-danger-soft"
              data-invalid={form.problem([...props.path, index()]) !== undefined}
            >
              <span class="truncate text-[13px]" title={String(item)}>
                {String(item)}
              </span>
              <button
                type="button"
                class="flex size-6 shrink-0 items-center justify-center text-muted hover:text-ink"
                aria-label={`Remove ${item}`}
                onClick={() => remove(index())}
              >
                <X size={13} />
              </button>
            </span>
          )}
        </For>
        <input
          id={controlId(props.path)}
          class="h-6 min-w-24 flex-1 bg-transparent px-1.5 outline-none"
          value={text()}
          placeholder={items().length === 0 ? 'Type and press Enter' : undefined}
          inputmode={props.field.numeric ? 'numeric' : undefined}
          autocomplete="off"
          spellcheck={false}
          aria-label={props.label}
          aria-invalid={form.troubled(props.path)}
          aria-describedby={describedBy(props.path)}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => add(text())}
        />
      </div>
      <For each={items()}>
        {(item, index) => (
          <Show when={form.problem([...props.path, index()])}>
            {(message) => (
              <p class="break-words font-medium text-[13px] text-danger">
                <span class="code">{String(item)}</span>: {sentenceOf(message())}
              </p>
            )}
          </Show>
        )}
      </For>
    </>
  )
}
