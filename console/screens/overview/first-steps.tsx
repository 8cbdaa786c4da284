import { A } from '@solidjs/router'
import Circle from 'lucide-solid/icons/circle'
import CircleCheck from 'lucide-solid/icons/circle-check'
import { For, Show } from 'solid-js'
import { listEntities } from '../../data/entities.ts'
import { createQuery } from '../../data/query.ts'
import { kindNamed } from '../../data/schemas.ts'
import { mayWrite } from '../../data/session.ts'
import { useGroup } from '../frame/group-context.ts'

const steps = [
  {
    kind: 'service',
    title: 'Add a service',
    why: 'where an API of yours is',
    href: '/services/new',
  },
  { kind: 'route', title: 'Add a route', why: 'which requests reach it', href: '/routes/new' },
  { kind: 'runtime', title: 'Add a runtime', why: 'what serves them', href: '/runtimes/add' },
]

/** What is still missing before the first request can get through. Gone when nothing is. */
export const FirstSteps = (props: { runtimes: number | undefined }) => {
  const group = useGroup()
  const present = createQuery(group.name, async (name, signal) => {
    const some = await Promise.all(
      ['service', 'route'].map(async (kind) => {
        const found = kindNamed(kind)
        if (!found) return true
        const page = await listEntities(name, found, { size: 1 }, signal)
        return page.data.length > 0
      }),
    )
    return { service: some[0] ?? true, route: some[1] ?? true }
  })
  const done = (kind: string) =>
    kind === 'runtime'
      ? (props.runtimes ?? 1) > 0
      : (present.data()?.[kind as 'service' | 'route'] ?? true)
  const missing = () => mayWrite() && steps.some(({ kind }) => !done(kind))
  return (
    <Show when={present.data() && props.runtimes !== undefined && missing()}>
      <section class="card p-4" aria-labelledby="steps-heading">
        <h2 id="steps-heading">First steps</h2>
        <ol class="mt-2 grid gap-3 sm:grid-cols-3">
          <For each={steps}>
            {({ kind, title, why, href }) => (
              <li class="flex items-start gap-2.5">
                <Show
                  when={done(kind)}
                  fallback={<Circle size={18} class="mt-px shrink-0 text-muted" />}
                >
                  <CircleCheck size={18} class="mt-px shrink-0 text-ok" aria-label="Done" />
                </Show>
                <span>
                  <Show
                    when={!done(kind)}
                    fallback={<span class="text-muted line-through">{title}</span>}
                  >
                    <A class="link font-medium" href={group.href(href)}>
                      {title}
                    </A>
                  </Show>
                  <span class="block text-[13px] text-muted">{why}</span>
                </span>
              </li>
            )}
          </For>
        </ol>
      </section>
    </Show>
  )
}
