import { Dialog as Parts } from '@kobalte/core/dialog'
import X from 'lucide-solid/icons/x'
import { type JSX, Show } from 'solid-js'
import { createReturnFocus } from './return-focus.ts'

export interface DialogProps {
  open: boolean
  title: string
  description?: JSX.Element
  onClose: () => void
  children: JSX.Element
  wide?: boolean
}

/** A dialog over the page; focus stays in it and returns to where it came from. */
export const Dialog = (props: DialogProps) => {
  const returnFocus = createReturnFocus()
  return (
    <Parts
      open={props.open}
      preventScroll={false}
      onOpenChange={(open) => !open && props.onClose()}
    >
      <Parts.Portal>
        <Parts.Overlay class="fixed inset-0 z-40 bg-[rgb(8_18_20/50%)]" />
        <div class="fixed inset-0 z-50 flex items-start justify-center overflow-y-auto p-4 sm:pt-[12vh]">
          <Parts.Content
            {...returnFocus}
            class={`card relative w-full animate-[rise_120ms_ease-out] bg-raised p-6 shadow-high outline-none ${props.wide ? 'max-w-2xl' : 'max-w-lg'}`}
          >
            <Parts.Title class="pr-8 font-semibold text-base leading-6">{props.title}</Parts.Title>
            <Show when={props.description}>
              <Parts.Description as="div" class="mt-1 text-muted">
                {props.description}
              </Parts.Description>
            </Show>
            <div class="mt-4">{props.children}</div>
            <Parts.CloseButton class="icon-button absolute top-4 right-4" aria-label="Close">
              <X size={18} />
            </Parts.CloseButton>
          </Parts.Content>
        </div>
      </Parts.Portal>
    </Parts>
  )
}

export const DialogActions = (props: { children: JSX.Element }) => (
  <div class="mt-6 flex flex-wrap justify-end gap-2">{props.children}</div>
)
