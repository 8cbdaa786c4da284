import { For } from 'solid-js'

/** A sentence of the API's descriptions: what stands between backticks is code. */
export const Prose = (props: { text: string }) => (
  <For each={props.text.split('`')}>
    {(part, index) => (index() % 2 === 1 ? <code class="code">{part}</code> : part)}
  </For>
)
