import { A } from '@solidjs/router'
import ChevronRight from 'lucide-solid/icons/chevron-right'
import { createEffect, For, type JSX, onMount, Show } from 'solid-js'

export interface Crumb {
  label: string
  href: string
}

/** The first page of a visit leaves focus where browsers put it: before the skip link. */
let arrived = false

/** A page's heading, the way that leads to it, and what can be done here. The heading takes focus on arrival. */
export const PageHeader = (props: {
  title: string
  crumbs?: Crumb[]
  badge?: JSX.Element
  actions?: JSX.Element
  children?: JSX.Element
}) => {
  let heading: HTMLHeadingElement | undefined
  createEffect(() => {
    document.title = `${props.title} · Tidegate`
  })
  onMount(() => {
    if (arrived) heading?.focus({ preventScroll: true })
    arrived = true
  })
  return (
    <header class="mb-5">
      <Show when={props.crumbs}>
        {(crumbs) => (
          <nav aria-label="Breadcrumb" class="mb-1">
            <ol class="flex flex-wrap items-center gap-1 text-[13px] text-muted">
              <For each={crumbs()}>
                {(crumb, index) => (
                  <li class="flex min-w-0 items-center gap-1">
                    <Show when={index() > 0}>
                      <ChevronRight size={14} aria-hidden="true" />
                    </Show>
                    <A
                      href={crumb.href}
                      class="max-w-52 truncate hover:text-accent hover:underline"
                      title={crumb.label}
                    >
                      {crumb.label}
                    </A>
                  </li>
                )}
              </For>
            </ol>
          </nav>
        )}
      </Show>
      <div class="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-3">
        <div class="flex min-w-0 flex-1 basis-40 flex-wrap items-center gap-x-2.5 gap-y-1">
          <h1
            ref={heading}
            tabindex={-1}
            class="line-clamp-2 outline-none [overflow-wrap:anywhere]"
            title={props.title}
          >
            {props.title}
          </h1>
          {props.badge}
        </div>
        <Show when={props.actions}>
          <div class="flex flex-wrap gap-2">{props.actions}</div>
        </Show>
      </div>
      <Show when={props.children}>
        <p class="mt-1 max-w-3xl text-muted">{props.children}</p>
      </Show>
    </header>
  )
}
