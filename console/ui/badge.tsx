import type { JSX } from 'solid-js'

const tones = {
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  danger: 'bg-danger-soft text-danger',
  accent: 'bg-accent-soft text-accent',
  plain: 'bg-sunken text-muted',
}

export type Tone = keyof typeof tones

/** A state in a word or two. The words carry it; the colour only helps. */
export const Badge = (props: {
  tone: Tone
  dot?: boolean
  title?: string
  children: JSX.Element
}) => (
  <span
    class={`inline-flex h-5 items-center gap-1.5 whitespace-nowrap rounded px-1.5 font-medium text-xs ${tones[props.tone]}`}
    title={props.title}
  >
    {props.dot && <span class="size-1.5 rounded-full bg-current" aria-hidden="true" />}
    {props.children}
  </span>
)

/** A tag of an entity. */
export const Tag = (props: { children: string; onClick?: () => void }) => (
  <button
    type="button"
    class="h-5 max-w-40 truncate rounded border border-line bg-sunken px-1.5 text-muted text-xs enabled:hover:border-accent enabled:hover:text-accent disabled:cursor-default"
    title={props.onClick ? `Show only what is tagged ${props.children}` : props.children}
    disabled={!props.onClick}
    onClick={() => props.onClick?.()}
  >
    {props.children}
  </button>
)
