import { A } from '@solidjs/router'
import LoaderCircle from 'lucide-solid/icons/loader-circle'
import { type JSX, Show, splitProps } from 'solid-js'

export interface ButtonProps extends JSX.ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: 'primary' | 'plain' | 'quiet' | 'danger'
  /** Shows that its work is under way, and takes no second click. */
  busy?: boolean
}

export const Button = (props: ButtonProps) => {
  const [own, rest] = splitProps(props, ['tone', 'busy', 'class', 'children', 'disabled'])
  return (
    <button
      type="button"
      {...rest}
      class={`button button-${own.tone ?? 'plain'} ${own.class ?? ''}`}
      disabled={own.disabled || own.busy}
      aria-busy={own.busy}
    >
      <Show when={own.busy}>
        <LoaderCircle size={16} class="animate-spin" />
      </Show>
      {own.children}
    </button>
  )
}

export const LinkButton = (props: {
  href: string
  tone?: 'primary' | 'plain' | 'quiet'
  children: JSX.Element
}) => (
  <A href={props.href} class={`button button-${props.tone ?? 'plain'}`}>
    {props.children}
  </A>
)
