import { createEffect, createSignal, on, Show } from 'solid-js'
import { ApiError, messageOf } from '../../data/errors.ts'
import { changeGroup, createGroup, type Group } from '../../data/groups.ts'
import { problemsOf, sentenceOf } from '../../forms/problems.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { notify } from '../../ui/toast.tsx'

/** Makes a group, or changes the name and description of one. */
export const GroupDialog = (props: {
  group: Group | 'new' | undefined
  close: () => void
  done: (group: Group) => void
}) => {
  const [name, setName] = createSignal('')
  const [description, setDescription] = createSignal('')
  const [problem, setProblem] = createSignal<string>()
  const [busy, setBusy] = createSignal(false)
  let input: HTMLInputElement | undefined
  const made = () => (props.group === 'new' ? undefined : props.group)

  createEffect(
    on(
      () => props.group,
      () => {
        setName(made()?.name ?? '')
        setDescription(made()?.description ?? '')
        setProblem(undefined)
      },
    ),
  )

  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      const body = { name: name().trim(), description: description().trim() }
      const before = made()
      const group = before ? await changeGroup(before.id, body) : await createGroup(body)
      notify(before ? `${group.name} was saved.` : `${group.name} was created.`)
      props.close()
      props.done(group)
    } catch (error) {
      const found = error instanceof ApiError ? problemsOf(error.fields).name : undefined
      setProblem(sentenceOf(found ?? messageOf(error)))
      input?.focus()
    }
    setBusy(false)
  }

  return (
    <Dialog
      open={props.group !== undefined}
      title={made() ? 'Rename group' : 'New runtime group'}
      onClose={props.close}
    >
      <form onSubmit={submit} class="flex flex-col gap-4">
        <div class="flex flex-col gap-1">
          <label for="group-name" class="font-medium">
            Name
          </label>
          <input
            ref={input}
            id="group-name"
            class="input"
            value={name()}
            autocomplete="off"
            spellcheck={false}
            aria-invalid={problem() !== undefined}
            aria-describedby="group-name-problem group-name-hint"
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <div id="group-name-problem" role="alert">
            <Show when={problem()}>
              <p class="font-medium text-[13px] text-danger">{problem()}</p>
            </Show>
          </div>
          <p id="group-name-hint" class="text-[13px] text-muted">
            Unique in the organization. It stands in addresses of the console and the API.
          </p>
        </div>
        <label class="flex flex-col gap-1">
          <span class="font-medium">Description</span>
          <textarea
            class="input min-h-16"
            rows={2}
            value={description()}
            onInput={(event) => setDescription(event.currentTarget.value)}
          />
        </label>
        <DialogActions>
          <Button onClick={props.close}>Cancel</Button>
          <Button type="submit" tone="primary" busy={busy()} disabled={name().trim() === ''}>
            {made() ? 'Save' : 'Create group'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
