import { A, useSearchParams } from '@solidjs/router'
import Search from 'lucide-solid/icons/search'
import { createSignal, For, Show } from 'solid-js'
import { type PluginKind, pluginKinds } from '../../data/schemas.ts'
import { words } from '../../forms/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { useGroup } from '../frame/group-context.ts'

/** Which policy to add. */
export const PluginPickerPage = () => {
  const group = useGroup()
  const [search] = useSearchParams()
  const [text, setText] = createSignal('')
  const found = () =>
    [...(pluginKinds() ?? [])]
      .filter(({ name, summary }) =>
        `${name} ${summary}`.toLowerCase().includes(text().toLowerCase()),
      )
      .sort((a, b) => a.name.localeCompare(b.name))
  const query = () => {
    const scope = new URLSearchParams()
    for (const one of ['service', 'route', 'consumer']) {
      const id = search[one]
      if (typeof id === 'string') scope.set(one, id)
    }
    return scope.size > 0 ? `?${scope}` : ''
  }
  return (
    <>
      <PageHeader title="New plugin" crumbs={[{ label: 'Plugins', href: group.href('/plugins') }]}>
        Choose a policy. What it acts on and how comes next.
      </PageHeader>
      <label class="relative mb-4 block max-w-xs">
        <span class="visually-hidden">Search plugins</span>
        <Search size={16} class="pointer-events-none absolute top-2 left-2.5 text-muted" />
        <input
          type="search"
          class="input pl-8"
          placeholder="Search plugins"
          value={text()}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <Show
        when={found().length > 0}
        fallback={<Empty title="Nothing matches">No plugin has that in its name or summary.</Empty>}
      >
        <ul class="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
          <For each={found()}>
            {(plugin) => (
              <li>
                <Card plugin={plugin} href={group.href(`/plugins/new/${plugin.name}${query()}`)} />
              </li>
            )}
          </For>
        </ul>
      </Show>
    </>
  )
}

const Card = (props: { plugin: PluginKind; href: string }) => (
  <A href={props.href} class="card flex h-full flex-col p-4 hover:border-accent hover:bg-hover">
    <span class="flex items-baseline gap-2">
      <span class="font-semibold">{words(props.plugin.name)}</span>
      <span class="code truncate text-[11px] text-muted">{props.plugin.name}</span>
    </span>
    <span class="mt-1 mb-3 flex-1 text-muted">{props.plugin.summary}</span>
    <span class="flex items-center gap-1.5 text-muted text-xs">
      <Hosts hosts={props.plugin.hosts} />
      <span class="ml-auto">Priority {props.plugin.priority.toLocaleString('en')}</span>
    </span>
  </A>
)

/** Where a plugin can run. */
export const Hosts = (props: { hosts: PluginKind['hosts'] }) => (
  <>
    <Show when={props.hosts.includes('worker')}>
      <Badge tone="accent">Edge</Badge>
    </Show>
    <Show when={props.hosts.includes('node')}>
      <Badge tone="accent">Node</Badge>
    </Show>
  </>
)
