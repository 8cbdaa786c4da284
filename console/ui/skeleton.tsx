import { For } from 'solid-js'

const widths = ['w-40', 'w-56', 'w-32', 'w-48', 'w-44', 'w-36']

/** The shape of a list that is on its way. */
export const ListSkeleton = (props: { rows?: number; label: string }) => (
  <div class="card overflow-hidden" role="status" aria-label={props.label}>
    <For each={Array.from({ length: props.rows ?? 6 })}>
      {(_, index) => (
        <div class="flex h-11 items-center gap-6 border-line border-b px-4 last:border-b-0">
          <span class={`skeleton h-3 ${widths[index() % widths.length]}`} />
          <span class="skeleton hidden h-3 w-24 sm:block" />
          <span class="skeleton hidden h-3 flex-1 sm:block" />
        </div>
      )}
    </For>
  </div>
)

/** The shape of a page's card that is on its way. */
export const CardSkeleton = (props: { label: string; class?: string }) => (
  <div
    class={`card flex flex-col gap-4 p-4 ${props.class ?? 'h-48'}`}
    role="status"
    aria-label={props.label}
  >
    <span class="skeleton h-3 w-32" />
    <span class="skeleton w-full flex-1" />
  </div>
)
