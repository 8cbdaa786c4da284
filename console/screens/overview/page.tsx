import { A } from '@solidjs/router'
import Plus from 'lucide-solid/icons/plus'
import { Show } from 'solid-js'
import { listNodes } from '../../data/groups.ts'
import { createQuery } from '../../data/query.ts'
import { mayWrite } from '../../data/session.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { ListSkeleton } from '../../ui/skeleton.tsx'
import { useGroup } from '../frame/group-context.ts'
import { RuntimeTable } from '../runtimes/table.tsx'
import { FirstSteps } from './first-steps.tsx'
import { PublishFailure } from './publish-failure.tsx'
import { Spread } from './spread.tsx'
import { TrafficCard } from './traffic-card.tsx'

const REFRESH_MS = 3_000
/** As many as the API gives at once: the spread is over all of them, the table begins with the first few. */
const COUNTED = 1000
const SHOWN = 10

/** How a group is doing: what it serves, what serves it, and which version runs where. */
export const OverviewPage = () => {
  const group = useGroup()
  const nodes = createQuery(
    group.name,
    (name, signal) => listNodes(name, { size: COUNTED }, signal),
    { everyMs: REFRESH_MS },
  )
  return (
    <>
      <PageHeader title={group.group.data()?.name ?? group.name()}>
        {group.group.data()?.description}
      </PageHeader>
      <div class="flex flex-col gap-5">
        <PublishFailure />
        <FirstSteps runtimes={nodes.data()?.data.length} />
        <TrafficCard />
        <div class="grid items-start gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(0,1fr)]">
          <section aria-labelledby="runtimes-heading" class="min-w-0">
            <div class="mb-2 flex min-h-8 items-center justify-between gap-4">
              <h2 id="runtimes-heading">Runtimes</h2>
              <Show when={mayWrite()}>
                <LinkButton href={group.href('/runtimes/add')}>
                  <Plus size={16} />
                  Add a runtime
                </LinkButton>
              </Show>
            </div>
            <Loaded
              query={nodes}
              what="list of runtimes"
              skeleton={<ListSkeleton label="Loading runtimes" rows={2} />}
            >
              {(page) => (
                <Show
                  when={page().data.length > 0}
                  fallback={
                    <p class="card px-4 py-6 text-center text-muted">
                      No runtime has registered yet: nothing serves this configuration.
                    </p>
                  }
                >
                  <RuntimeTable nodes={page().data.slice(0, SHOWN)} />
                  <Show when={page().data.length > SHOWN}>
                    <p class="mt-2">
                      <A class="link" href={group.href('/runtimes')}>
                        All {page().data.length} runtimes
                      </A>
                    </p>
                  </Show>
                </Show>
              )}
            </Loaded>
          </section>
          <Spread nodes={nodes.data()?.data ?? []} />
        </div>
      </div>
    </>
  )
}
