import ChevronLeft from 'lucide-solid/icons/chevron-left'
import ChevronRight from 'lucide-solid/icons/chevron-right'
import { type Accessor, createSignal, Show } from 'solid-js'
import { Button } from './button.tsx'

/** To the page before and after. Not there when there is only one. */
export const Pager = (props: {
  previous: (() => void) | undefined
  next: (() => void) | undefined
}) => (
  <Show when={props.previous || props.next}>
    <nav aria-label="Pages" class="mt-3 flex justify-end gap-2">
      <Button disabled={!props.previous} onClick={() => props.previous?.()}>
        <ChevronLeft size={16} />
        Previous
      </Button>
      <Button disabled={!props.next} onClick={() => props.next?.()}>
        Next
        <ChevronRight size={16} />
      </Button>
    </nav>
  </Show>
)

/** Cursor pages can only be walked forwards: this remembers the way back. */
export const createCursor = (): {
  offset: Accessor<string | undefined>
  reset(): void
  previous: Accessor<(() => void) | undefined>
  next(to: string | null | undefined): (() => void) | undefined
} => {
  const [way, setWay] = createSignal<string[]>([])
  return {
    offset: () => way().at(-1),
    reset: () => setWay([]),
    previous: () => (way().length > 0 ? () => setWay(way().slice(0, -1)) : undefined),
    next: (to) => (to ? () => setWay([...way(), to]) : undefined),
  }
}
