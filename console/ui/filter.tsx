import Search from 'lucide-solid/icons/search'
import TagIcon from 'lucide-solid/icons/tag'
import X from 'lucide-solid/icons/x'
import { createEffect, createSignal, For, on, onCleanup } from 'solid-js'

const AFTER_MS = 250

/** Narrows a list by text and by tags. All tags must be there. */
export const Filter = (props: {
  what: string
  search: string
  tags: string[]
  change: (next: { search?: string; tags?: string[] }) => void
}) => {
  const [text, setText] = createSignal(props.search)
  const [tag, setTag] = createSignal('')
  let timer: ReturnType<typeof setTimeout> | undefined
  onCleanup(() => clearTimeout(timer))
  createEffect(
    on(
      () => props.search,
      (search) => setText(search),
      { defer: true },
    ),
  )
  const type = (value: string) => {
    setText(value)
    clearTimeout(timer)
    timer = setTimeout(() => props.change({ search: value.trim() }), AFTER_MS)
  }
  const addTag = () => {
    const added = tag().trim()
    setTag('')
    if (added !== '') props.change({ tags: [...new Set([...props.tags, added])] })
  }
  return (
    <search class="mb-3 flex flex-wrap items-center gap-2">
      <label class="relative min-w-0 flex-1 basis-40 sm:max-w-xs">
        <span class="visually-hidden">Search {props.what}</span>
        <Search size={16} class="pointer-events-none absolute top-2 left-2.5 text-muted" />
        <input
          type="search"
          class="input pl-8"
          placeholder={`Search ${props.what}`}
          value={text()}
          onInput={(event) => type(event.currentTarget.value)}
        />
      </label>
      <label class="relative min-w-0 flex-1 basis-32 sm:max-w-44">
        <span class="visually-hidden">Filter by tag</span>
        <TagIcon size={15} class="pointer-events-none absolute top-2 left-2.5 text-muted" />
        <input
          class="input pl-8"
          placeholder="Filter by tag"
          value={tag()}
          autocomplete="off"
          onInput={(event) => setTag(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && addTag()}
          onBlur={addTag}
        />
      </label>
      <For each={props.tags}>
        {(one) => (
          <span class="flex h-8 max-w-60 items-center rounded-md border border-accent bg-accent-soft pl-2.5 text-accent">
            <span class="truncate" title={one}>
              {one}
            </span>
            <button
              type="button"
              class="flex size-8 shrink-0 items-center justify-center"
              aria-label={`Remove the filter ${one}`}
              onClick={() => props.change({ tags: props.tags.filter((other) => other !== one) })}
            >
              <X size={14} />
            </button>
          </span>
        )}
      </For>
    </search>
  )
}
