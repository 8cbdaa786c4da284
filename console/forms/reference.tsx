import X from 'lucide-solid/icons/x'
import { createEffect, createSignal, For, on, onCleanup, Show } from 'solid-js'
import { type Entity, labelOf, listEntities, readEntity } from '../data/entities.ts'
import { messageOf } from '../data/errors.ts'
import { kindNamed } from '../data/schemas.ts'
import type { Field } from './field.ts'
import { controlId, useForm } from './form.tsx'
import { describedBy } from './frame.tsx'
import type { Path } from './values.ts'
import { words } from './words.ts'

type Reference = Extract<Field, { kind: 'reference' }>

const SEARCH_AFTER_MS = 180
const SHOWN = 20

/** Picks an entity of another kind by searching for it: the combobox pattern of the ARIA authoring practices. */
export const ReferenceControl = (props: { field: Reference; path: Path }) => {
  const form = useForm()
  const kind = () => kindNamed(props.field.references)
  const chosen = () => form.at(props.path) as { id: string } | null
  const [label, setLabel] = createSignal('')
  const [text, setText] = createSignal<string>()
  const [found, setFound] = createSignal<Entity[]>()
  const [failure, setFailure] = createSignal<string>()
  const [active, setActive] = createSignal(0)
  const open = () => text() !== undefined
  const id = () => controlId(props.path)
  let timer: ReturnType<typeof setTimeout> | undefined
  let input: HTMLInputElement | undefined
  onCleanup(() => clearTimeout(timer))

  createEffect(
    on(
      () => chosen()?.id,
      async (now) => {
        const target = kind()
        if (now === undefined || !target) return setLabel('')
        const entity = await readEntity(form.group, target, now).catch(() => undefined)
        if (chosen()?.id === now) setLabel(entity ? labelOf(target, entity) : now)
      },
    ),
  )

  const look = (search: string) => {
    setText(search)
    clearTimeout(timer)
    timer = setTimeout(
      async () => {
        const target = kind()
        if (!target) return
        try {
          const page = await listEntities(form.group, target, { search, size: SHOWN })
          if (text() !== search) return
          setFound(page.data)
          setFailure(undefined)
          setActive(0)
        } catch (error) {
          setFailure(messageOf(error))
        }
      },
      found() === undefined ? 0 : SEARCH_AFTER_MS,
    )
  }
  const close = () => {
    clearTimeout(timer)
    setText(undefined)
    setFound(undefined)
  }
  const pick = (entity: Entity) => {
    form.set(props.path, { id: entity.id })
    setLabel(labelOf(kind(), entity))
    close()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const last = (found()?.length ?? 0) - 1
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!open()) return look('')
      const step = event.key === 'ArrowDown' ? 1 : -1
      setActive(Math.max(0, Math.min(last, active() + step)))
      document.getElementById(`${id()}-option-${active()}`)?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter' && open()) {
      event.preventDefault()
      const entity = found()?.[active()]
      if (entity) pick(entity)
    } else if (event.key === 'Escape' && open()) {
      event.preventDefault()
      event.stopPropagation()
      close()
    }
  }

  return (
    <div class="relative max-w-lg">
      <input
        ref={input}
        id={id()}
        class="input pr-10"
        role="combobox"
        aria-expanded={open()}
        aria-autocomplete="list"
        aria-controls={`${id()}-list`}
        aria-activedescendant={open() ? `${id()}-option-${active()}` : undefined}
        aria-required={props.field.required}
        aria-invalid={form.troubled(props.path)}
        aria-describedby={describedBy(props.path)}
        autocomplete="off"
        spellcheck={false}
        placeholder={`Search ${words(kind()?.plural ?? '').toLowerCase()}`}
        value={text() ?? label()}
        onInput={(event) => look(event.currentTarget.value)}
        onClick={() => !open() && look('')}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={close}
        onKeyDown={onKeyDown}
      />
      <Show when={chosen() && !props.field.required}>
        <button
          type="button"
          class="icon-button absolute top-0 right-0"
          aria-label={`Clear ${props.field.label}`}
          onClick={() => {
            form.set(props.path, null)
            input?.focus()
          }}
        >
          <X size={16} />
        </button>
      </Show>
      <Show when={open()}>
        <div class="absolute top-full z-20 mt-1 max-h-64 w-full overflow-auto rounded-md border border-line bg-raised py-1 shadow-high">
          <div role="listbox" id={`${id()}-list`} aria-label={props.field.label}>
            <For each={found()}>
              {(entity, index) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard acts on the combobox
                <div
                  role="option"
                  tabIndex={-1}
                  id={`${id()}-option-${index()}`}
                  aria-selected={index() === active()}
                  class="flex cursor-pointer items-baseline gap-3 px-3 py-1.5 aria-selected:bg-accent-soft"
                  onMouseDown={(event) => event.preventDefault()}
                  onMouseMove={() => setActive(index())}
                  onClick={() => pick(entity)}
                >
                  <span class="min-w-0 flex-1 truncate">{labelOf(kind(), entity)}</span>
                  <span class="code text-[11px] text-muted">{entity.id.slice(0, 8)}</span>
                </div>
              )}
            </For>
          </div>
          <Show when={!found() || found()?.length === 0}>
            <p class="px-3 py-1.5 text-muted" role="status">
              {failure() ?? (found() ? 'Nothing matches.' : 'Searching…')}
            </p>
          </Show>
        </div>
      </Show>
    </div>
  )
}
