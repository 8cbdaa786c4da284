import Check from 'lucide-solid/icons/check'
import Copy from 'lucide-solid/icons/copy'
import { createSignal, onCleanup, Show } from 'solid-js'
import { notify } from './toast.tsx'

const REFUSED = 'The browser did not allow copying.'

/** Copies text. Throws where the browser does not allow it: outside of https and localhost there is no clipboard. */
const copyText = async (text: string): Promise<void> => navigator.clipboard.writeText(text)

/** Copies text, and says in passing whether it worked. */
export const copyAndTell = (text: string, done: string): void => {
  copyText(text).then(
    () => notify(done),
    () => notify(REFUSED, { failed: true }),
  )
}

/** Copies text and says so for a moment. */
export const CopyButton = (props: { text: string; label: string; class?: string }) => {
  const [done, setDone] = createSignal(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  onCleanup(() => clearTimeout(timer))
  const copy = async () => {
    try {
      await copyText(props.text)
      setDone(true)
      clearTimeout(timer)
      timer = setTimeout(() => setDone(false), 2_000)
    } catch {
      notify(REFUSED, { failed: true })
    }
  }
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ''}`}
      aria-label={done() ? 'Copied' : props.label}
      title={done() ? 'Copied' : props.label}
      onClick={() => void copy()}
    >
      <Show when={done()} fallback={<Copy size={16} />}>
        <Check size={16} class="text-ok" />
      </Show>
    </button>
  )
}

/** Commands or text to copy as a whole. Long lines scroll inside the box. */
export const CodeBlock = (props: { text: string; label: string }) => (
  <div class="flex items-start rounded-md border border-line bg-sunken">
    <pre class="code min-w-0 flex-1 overflow-x-auto py-3 pl-4 leading-5" tabindex={0}>
      {props.text}
    </pre>
    <CopyButton text={props.text} label={`Copy ${props.label}`} class="m-1.5" />
  </div>
)
