import { DropdownMenu } from '@kobalte/core/dropdown-menu'
import { useNavigate } from '@solidjs/router'
import Ellipsis from 'lucide-solid/icons/ellipsis'
import { For, type JSX, Show } from 'solid-js'

export interface MenuItem {
  label: string
  icon?: () => JSX.Element
  danger?: boolean
  /** Where it leads, or what it does. */
  href?: string
  act?: () => void
}

/** A menu behind three dots, or behind `children`, which then name it. */
export const Menu = (props: {
  label: string
  items: MenuItem[]
  children?: JSX.Element
  class?: string
  /** As wide as what opens it. */
  wide?: boolean
}) => {
  const navigate = useNavigate()
  let chosen: MenuItem | undefined
  const choose = (item: MenuItem) => {
    if (item.href !== undefined) navigate(item.href)
    else chosen = item
  }
  /** Only when focus is back at the trigger: a dialog that opens then knows where to return it. */
  const act = () => {
    chosen?.act?.()
    chosen = undefined
  }
  return (
    <DropdownMenu placement="bottom-end" gutter={4} modal={false} sameWidth={props.wide ?? false}>
      <DropdownMenu.Trigger
        class={props.class ?? 'icon-button'}
        aria-label={props.children ? undefined : props.label}
      >
        <Show when={props.children} fallback={<Ellipsis size={18} />}>
          {props.children}
        </Show>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          onCloseAutoFocus={() => setTimeout(act)}
          class="z-50 min-w-44 rounded-lg border border-line bg-raised p-1 shadow-high outline-none"
        >
          <For each={props.items}>
            {(item) => (
              <DropdownMenu.Item
                class="flex h-8 cursor-pointer select-none items-center gap-2.5 rounded-md px-2.5 outline-none data-[highlighted]:bg-accent-soft"
                classList={{ 'text-danger data-[highlighted]:bg-danger-soft': item.danger }}
                onSelect={() => choose(item)}
              >
                <span class={item.danger ? '' : 'text-muted'}>{item.icon?.()}</span>
                {item.label}
              </DropdownMenu.Item>
            )}
          </For>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  )
}
