import { createEffect, createSignal, For, on, Show } from 'solid-js'
import { ApiError, messageOf } from '../../data/errors.ts'
import { session } from '../../data/session.ts'
import { createToken, type Role } from '../../data/tokens.ts'
import { problemsOf, sentenceOf } from '../../forms/problems.ts'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/copy.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'

const DAY_MS = 86_400_000
const lives = [
  { days: 30, label: '30 days' },
  { days: 90, label: '90 days' },
  { days: 365, label: 'One year' },
  { days: 0, label: 'Never' },
]

const roles: { id: Role; label: string }[] = [
  { id: 'owner', label: 'Owner: everything' },
  { id: 'admin', label: 'Admin: everything but the organization itself' },
  { id: 'viewer', label: 'Viewer: only looks' },
]

/** Makes a token, and shows its secret this once. */
export const NewToken = (props: { open: boolean; close: () => void; done: () => void }) => {
  const [name, setName] = createSignal('')
  const [days, setDays] = createSignal(90)
  const [role, setRole] = createSignal<Role>()
  const own = () => roles.findIndex(({ id }) => id === session()?.user.role)
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  const [secret, setSecret] = createSignal<string>()
  createEffect(
    on(
      () => props.open,
      () => {
        setName('')
        setRole(undefined)
        setProblem(undefined)
        setSecret(undefined)
      },
    ),
  )
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      const made = await createToken({
        name: name().trim(),
        role: role() ?? session()?.user.role ?? 'viewer',
        ...(days() === 0
          ? {}
          : { expires_at: new Date(Date.now() + days() * DAY_MS).toISOString() }),
      })
      setSecret(made.token)
      props.done()
    } catch (error) {
      const found =
        error instanceof ApiError ? Object.values(problemsOf(error.fields))[0] : undefined
      setProblem(sentenceOf(found ?? messageOf(error)))
    }
    setBusy(false)
  }
  return (
    <Dialog
      open={props.open}
      title={secret() ? 'Your new token' : 'New API token'}
      description={secret() ? 'Copy it now: it is not shown again, here or anywhere.' : undefined}
      onClose={props.close}
    >
      <Show
        when={!secret()}
        fallback={
          <>
            <CodeBlock label="token" text={secret() ?? ''} />
            <DialogActions>
              <Button tone="primary" onClick={props.close}>
                Done
              </Button>
            </DialogActions>
          </>
        }
      >
        <form class="flex flex-col gap-4" onSubmit={submit}>
          <div class="flex flex-col gap-1">
            <label for="token-name" class="font-medium">
              Name
            </label>
            <input
              id="token-name"
              class="input"
              value={name()}
              placeholder="What will use it"
              autocomplete="off"
              aria-invalid={problem() !== undefined}
              aria-describedby="token-problem"
              onInput={(event) => setName(event.currentTarget.value)}
            />
            <div id="token-problem" role="alert">
              <Show when={problem()}>
                <p class="font-medium text-[13px] text-danger">{problem()}</p>
              </Show>
            </div>
          </div>
          <label class="flex flex-col gap-1">
            <span class="font-medium">Role</span>
            <select
              class="input"
              onChange={(event) =>
                setRole(roles.find(({ id }) => id === event.currentTarget.value)?.id)
              }
            >
              <For each={roles.slice(Math.max(0, own()))}>
                {({ id, label }) => (
                  <option value={id} selected={id === (role() ?? session()?.user.role)}>
                    {label}
                  </option>
                )}
              </For>
            </select>
          </label>
          <label class="flex flex-col gap-1">
            <span class="font-medium">Expires</span>
            <select class="input" onChange={(event) => setDays(Number(event.currentTarget.value))}>
              <For each={lives}>
                {(life) => (
                  <option value={life.days} selected={life.days === days()}>
                    {life.label}
                  </option>
                )}
              </For>
            </select>
          </label>
          <DialogActions>
            <Button onClick={props.close}>Cancel</Button>
            <Button type="submit" tone="primary" busy={busy()} disabled={name().trim() === ''}>
              Make token
            </Button>
          </DialogActions>
        </form>
      </Show>
    </Dialog>
  )
}
