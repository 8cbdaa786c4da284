import { useNavigate, useSearchParams } from '@solidjs/router'
import Eye from 'lucide-solid/icons/eye'
import EyeOff from 'lucide-solid/icons/eye-off'
import { createSignal, onMount, Show } from 'solid-js'
import { ApiError, messageOf } from '../../data/errors.ts'
import { signIn } from '../../data/session.ts'
import { Button } from '../../ui/button.tsx'
import { Mark } from '../../ui/mark.tsx'

/** Only addresses of this console are gone back to. */
const safe = (from: string | undefined): string =>
  from?.startsWith('/') && !from.startsWith('//') && !from.startsWith('/\\') ? from : '/groups'

export const SignInPage = () => {
  const navigate = useNavigate()
  const [search] = useSearchParams<{ from?: string; ended?: string }>()
  const [email, setEmail] = createSignal('')
  const [password, setPassword] = createSignal('')
  const [shown, setShown] = createSignal(false)
  const [busy, setBusy] = createSignal(false)
  const [failure, setFailure] = createSignal<string>()
  let emailInput: HTMLInputElement | undefined
  let passwordInput: HTMLInputElement | undefined
  onMount(() => {
    document.title = 'Sign in · Tidegate'
    emailInput?.focus()
  })

  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (email() === '' || password() === '') {
      setFailure(email() === '' ? 'Enter your email address.' : 'Enter your password.')
      ;(email() === '' ? emailInput : passwordInput)?.focus()
      return
    }
    setBusy(true)
    setFailure(undefined)
    try {
      await signIn(email().trim(), password())
      navigate(safe(search.from), { replace: true })
    } catch (error) {
      const wrong = error instanceof ApiError && [400, 401, 403].includes(error.status)
      setFailure(wrong ? 'Email or password is wrong.' : messageOf(error))
      setBusy(false)
      passwordInput?.select()
    }
  }

  return (
    <main class="flex min-h-dvh items-center justify-center p-4">
      <div class="w-full max-w-[360px]">
        <div class="mb-6 flex items-center justify-center gap-3">
          <Mark size={36} />
          <span class="font-semibold text-xl tracking-tight">Tidegate</span>
        </div>
        <form class="card flex flex-col gap-4 p-6" onSubmit={submit} novalidate>
          <div>
            <h1 class="text-lg leading-6">Sign in</h1>
            <Show when={search.ended}>
              <p class="mt-1 text-muted">
                Your session has ended. Sign in to go on where you were.
              </p>
            </Show>
          </div>
          <div role="alert" id="sign-in-problem">
            <Show when={failure()}>
              <p class="rounded-md bg-danger-soft px-3 py-2 text-danger">{failure()}</p>
            </Show>
          </div>
          <label class="flex flex-col gap-1">
            <span class="font-medium">Email</span>
            <input
              ref={emailInput}
              class="input h-9"
              type="email"
              name="email"
              autocomplete="username"
              value={email()}
              aria-invalid={failure() !== undefined}
              aria-describedby="sign-in-problem"
              onInput={(event) => setEmail(event.currentTarget.value)}
            />
          </label>
          <div class="flex flex-col gap-1">
            <label for="password" class="font-medium">
              Password
            </label>
            <div class="relative">
              <input
                ref={passwordInput}
                id="password"
                class="input h-9 pr-10"
                type={shown() ? 'text' : 'password'}
                name="password"
                autocomplete="current-password"
                value={password()}
                aria-invalid={failure() !== undefined}
                aria-describedby="sign-in-problem"
                onInput={(event) => setPassword(event.currentTarget.value)}
              />
              <button
                type="button"
                class="icon-button absolute top-0.5 right-0.5"
                aria-pressed={shown()}
                aria-label="Show password"
                onClick={() => setShown(!shown())}
              >
                <Show when={shown()} fallback={<Eye size={16} />}>
                  <EyeOff size={16} />
                </Show>
              </button>
            </div>
          </div>
          <Button type="submit" tone="primary" class="mt-1 h-9" busy={busy()}>
            Sign in
          </Button>
        </form>
      </div>
    </main>
  )
}
