import { A } from '@solidjs/router'
import { createMemo, For, Show } from 'solid-js'
import type { RuntimeNode } from '../../data/groups.ts'
import { counted } from '../../forms/words.ts'
import { Time } from '../../ui/time.tsx'
import { useGroup } from '../frame/group-context.ts'

/** Which version is current, and how many connected runtimes run it or another. */
export const Spread = (props: { nodes: RuntimeNode[] }) => {
  const group = useGroup()
  const publishing = () => group.group.data()?.publishing
  const connected = () => props.nodes.filter(({ state }) => state === 'connected')
  const inSync = () => connected().filter((node) => node.in_sync).length
  const versions = createMemo(() => {
    const counts = new Map<number, number>()
    for (const { config_version } of connected()) {
      counts.set(config_version, (counts.get(config_version) ?? 0) + 1)
    }
    return [...counts].sort(([a], [b]) => b - a)
  })
  return (
    <section class="min-w-0" aria-labelledby="spread-heading">
      <div class="mb-2 flex min-h-8 items-center justify-between gap-4">
        <h2 id="spread-heading">Current version</h2>
        <A class="link text-[13px]" href={group.href('/versions')}>
          All versions
        </A>
      </div>
      <div class="card p-4">
        <Show
          when={publishing()?.version}
          fallback={<p class="text-muted">Nothing has been published yet.</p>}
        >
          {(version) => (
            <>
              <p class="flex items-baseline gap-2">
                <span class="font-semibold text-2xl">{version()}</span>
                <span class="text-muted">
                  <Time at={publishing()?.published_at} />
                </span>
              </p>
              <Show
                when={connected().length > 0}
                fallback={<p class="mt-3 text-muted">No runtime is connected.</p>}
              >
                <div class="mt-3 h-2 overflow-hidden rounded-full bg-sunken" aria-hidden="true">
                  <div
                    class="h-full rounded-full bg-accent-fill"
                    style={{ width: `${(inSync() / connected().length) * 100}%` }}
                  />
                </div>
                <p class="mt-2">
                  On {inSync()} of {counted(connected().length, 'connected runtime')}
                </p>
                <Show when={versions().length > 1}>
                  <ul class="mt-3 border-line border-t pt-2 text-[13px]">
                    <For each={versions()}>
                      {([one, count]) => (
                        <li class="flex justify-between">
                          <span>Version {one}</span>
                          <span class="text-muted">{counted(count, 'runtime')}</span>
                        </li>
                      )}
                    </For>
                  </ul>
                </Show>
              </Show>
            </>
          )}
        </Show>
      </div>
    </section>
  )
}
