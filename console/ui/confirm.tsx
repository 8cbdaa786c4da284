import { createSignal, type JSX, Show } from 'solid-js'
import { messageOf } from '../data/errors.ts'
import { Button } from './button.tsx'
import { Dialog, DialogActions } from './dialog.tsx'

export interface ConfirmProps {
  open: boolean
  title: string
  children: JSX.Element
  action: string
  /** Text that must be typed before the action can be taken. */
  typed?: string
  /** Nothing can be done about it now: only closing is left. */
  blocked?: boolean
  onClose: () => void
  /** Does it. What it throws is shown in the dialog. */
  act: () => Promise<void>
}

/** Asks before something is taken away. */
export const Confirm = (props: ConfirmProps) => {
  const [typed, setTyped] = createSignal('')
  const [busy, setBusy] = createSignal(false)
  const [failure, setFailure] = createSignal<string>()
  const ready = () => props.typed === undefined || typed() === props.typed
  const close = () => {
    setTyped('')
    setFailure(undefined)
    props.onClose()
  }
  const act = async (event: SubmitEvent) => {
    event.preventDefault()
    if (!ready()) return
    setBusy(true)
    try {
      await props.act()
      close()
    } catch (error) {
      setFailure(messageOf(error))
    }
    setBusy(false)
  }
  return (
    <Dialog open={props.open} title={props.title} onClose={close}>
      <form onSubmit={act}>
        <div class="flex flex-col gap-3">
          {props.children}
          <Show when={props.typed}>
            {(text) => (
              <label class="flex flex-col gap-1">
                <span>
                  Type <strong class="break-all font-semibold">{text()}</strong> to confirm.
                </span>
                <input
                  class="input"
                  value={typed()}
                  autocomplete="off"
                  spellcheck={false}
                  onInput={(event) => setTyped(event.currentTarget.value)}
                />
              </label>
            )}
          </Show>
          <div role="alert">
            <Show when={failure()}>
              <p class="rounded-md bg-danger-soft px-3 py-2 text-danger">{failure()}</p>
            </Show>
          </div>
        </div>
        <DialogActions>
          <Button onClick={close}>{props.blocked ? 'Close' : 'Cancel'}</Button>
          <Show when={!props.blocked}>
            <Button type="submit" tone="danger" busy={busy()} disabled={!ready()}>
              {props.action}
            </Button>
          </Show>
        </DialogActions>
      </form>
    </Dialog>
  )
}
