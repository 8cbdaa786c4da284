import { Tabs as Parts } from '@kobalte/core/tabs'
import { useSearchParams } from '@solidjs/router'
import { For, type JSX } from 'solid-js'

export interface Tab {
  id: string
  label: string
  panel: () => JSX.Element
}

/** Parts of a page, one at a time. Which one is in the address, so that it can be linked and gone back to. */
export const Tabs = (props: { label: string; tabs: Tab[] }) => {
  const [search, setSearch] = useSearchParams<{ tab?: string }>()
  const chosen = () => props.tabs.find((tab) => tab.id === search.tab)?.id ?? props.tabs[0]?.id
  return (
    <Parts
      value={chosen()}
      onChange={(tab) => setSearch({ tab }, { replace: true, scroll: false })}
    >
      <Parts.List
        aria-label={props.label}
        class="mb-5 flex gap-5 overflow-x-auto border-line border-b"
      >
        <For each={props.tabs}>
          {(tab) => (
            <Parts.Trigger
              value={tab.id}
              class="-mb-px h-9 whitespace-nowrap border-transparent border-b-2 font-medium text-muted -outline-offset-2 hover:text-ink data-[selected]:border-accent data-[selected]:text-ink"
            >
              {tab.label}
            </Parts.Trigger>
          )}
        </For>
      </Parts.List>
      <For each={props.tabs}>
        {(tab) => (
          <Parts.Content value={tab.id} class="outline-none focus-visible:outline-2">
            {tab.panel()}
          </Parts.Content>
        )}
      </For>
    </Parts>
  )
}
