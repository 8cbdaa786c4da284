import CircleAlert from 'lucide-solid/icons/circle-alert'
import { type JSX, Show } from 'solid-js'
import { ApiError, messageOf } from '../data/errors.ts'
import { Button } from './button.tsx'

/** What stands in place of something that could not be loaded. */
export const LoadFailure = (props: { error: unknown; what: string; retry: () => void }) => {
  const missing = () => props.error instanceof ApiError && props.error.status === 404
  return (
    <div
      role="alert"
      class="card flex flex-wrap items-center gap-x-4 gap-y-3 border-danger/50 px-4 py-3"
    >
      <CircleAlert size={20} class="shrink-0 text-danger" />
      <div class="min-w-0 flex-1 basis-60">
        <p class="font-medium">
          {missing() ? `There is no such ${props.what}.` : `The ${props.what} could not be loaded.`}
        </p>
        <p class="break-words text-muted">{messageOf(props.error)}</p>
      </div>
      <Show when={missing()} fallback={<Button onClick={() => props.retry()}>Try again</Button>}>
        <Button onClick={() => window.history.back()}>Go back</Button>
      </Show>
    </div>
  )
}

/** Nothing there yet: says what this is for, and what to do next. */
export const Empty = (props: {
  title: string
  children?: JSX.Element
  action?: JSX.Element
  more?: JSX.Element
}) => (
  <div class="card flex flex-col items-center px-4 py-10 text-center">
    <h2>{props.title}</h2>
    <div class="mt-1 max-w-lg text-muted">{props.children}</div>
    {props.action && <div class="mt-4 flex flex-wrap justify-center gap-2">{props.action}</div>}
    {props.more && <div class="mt-6 w-full max-w-2xl text-left">{props.more}</div>}
  </div>
)
