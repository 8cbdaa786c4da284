import { type BeforeLeaveEventArgs, useBeforeLeave } from '@solidjs/router'
import { createSignal, onCleanup } from 'solid-js'
import { session } from '../data/session.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'

/** Asks before unsaved changes are left behind. A session that ended is not held up: there is no choice then. */
export const Guard = (props: { dirty: () => boolean }) => {
  const [leaving, setLeaving] = createSignal<BeforeLeaveEventArgs>()
  useBeforeLeave((event) => {
    if (!props.dirty() || event.defaultPrevented || session() === null) return
    event.preventDefault()
    setLeaving(event)
  })
  const warn = (event: BeforeUnloadEvent) => {
    if (props.dirty()) event.preventDefault()
  }
  window.addEventListener('beforeunload', warn)
  onCleanup(() => window.removeEventListener('beforeunload', warn))

  const leave = () => {
    const event = leaving()
    setLeaving(undefined)
    event?.retry(true)
  }
  return (
    <Dialog
      open={leaving() !== undefined}
      title="Leave without saving?"
      description="What you changed here is lost when you leave."
      onClose={() => setLeaving(undefined)}
    >
      <DialogActions>
        <Button onClick={() => setLeaving(undefined)}>Stay</Button>
        <Button tone="danger" onClick={leave}>
          Leave
        </Button>
      </DialogActions>
    </Dialog>
  )
}
