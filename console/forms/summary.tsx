import CircleAlert from 'lucide-solid/icons/circle-alert'
import { For, Show } from 'solid-js'
import { controlId, useForm } from './form.tsx'
import { placeOf, sentenceOf } from './problems.ts'

/** Everything that is wrong with a form, with a way to each place. Focus comes here when the form was not taken. */
export const Summary = (props: { ref: (element: HTMLElement) => void }) => {
  const form = useForm()
  const problems = () => Object.entries(form.problems())
  const go = (path: string) => {
    const parts = path.split('.')
    for (let length = parts.length; length > 0; length -= 1) {
      const control = document.getElementById(controlId(parts.slice(0, length)))
      if (control) return control.focus()
    }
  }
  return (
    <div ref={props.ref} tabindex={-1} role="alert" class="outline-none empty:-mb-5">
      <Show when={problems().length > 0}>
        <div class="flex gap-3 rounded-lg border border-danger bg-danger-soft p-4">
          <CircleAlert size={20} class="shrink-0 text-danger" />
          <div class="min-w-0">
            <h2 class="leading-5">
              {problems().length === 1
                ? 'One thing needs attention'
                : `${problems().length} things need attention`}
            </h2>
            <ul class="mt-1 flex flex-col gap-0.5">
              <For each={problems()}>
                {([path, message]) => (
                  <li class="break-words">
                    <Show when={!path.endsWith('@entity')} fallback={sentenceOf(message)}>
                      <button
                        type="button"
                        class="font-medium underline underline-offset-3"
                        onClick={() => go(path)}
                      >
                        {placeOf(path)}
                      </button>
                      : {sentenceOf(message)}
                    </Show>
                  </li>
                )}
              </For>
            </ul>
          </div>
        </div>
      </Show>
    </div>
  )
}
