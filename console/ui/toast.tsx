import { Toast, toaster } from '@kobalte/core/toast'
import CircleAlert from 'lucide-solid/icons/circle-alert'
import CircleCheck from 'lucide-solid/icons/circle-check'
import X from 'lucide-solid/icons/x'
import { Show } from 'solid-js'
import { messageOf } from '../data/errors.ts'

const SHOWN_MS = 6_000
const UNDO_MS = 10_000

/** Where toasts appear; once in the page. */
export const Toasts = () => (
  <Toast.Region duration={SHOWN_MS} limit={4}>
    <Toast.List class="fixed right-0 bottom-0 z-60 flex w-full max-w-md flex-col gap-2 p-4 outline-none" />
  </Toast.Region>
)

/** Says in passing what happened. With `undo`, for ten seconds there is a way back. */
export const notify = (
  text: string,
  { failed = false, undo }: { failed?: boolean; undo?: () => Promise<void> } = {},
): void => {
  toaster.show((props) => (
    <Toast
      toastId={props.toastId}
      duration={undo ? UNDO_MS : SHOWN_MS}
      priority={failed || undo ? 'high' : 'low'}
      class="flex animate-[rise_120ms_ease-out] items-center gap-3 rounded-lg border border-line bg-raised py-2 pr-2 pl-4 shadow-high"
    >
      <Show when={failed} fallback={<CircleCheck size={18} class="shrink-0 text-ok" />}>
        <CircleAlert size={18} class="shrink-0 text-danger" />
      </Show>
      <Toast.Description class="min-w-0 flex-1 break-words">{text}</Toast.Description>
      <Show when={undo}>
        {(way) => (
          <button
            type="button"
            class="button button-quiet font-semibold text-accent"
            onClick={() => {
              toaster.dismiss(props.toastId)
              way()().catch((error: unknown) => {
                notify(`It could not be brought back. ${messageOf(error)}`, { failed: true })
              })
            }}
          >
            Undo
          </button>
        )}
      </Show>
      <Toast.CloseButton class="icon-button" aria-label="Dismiss">
        <X size={16} />
      </Toast.CloseButton>
    </Toast>
  ))
}
