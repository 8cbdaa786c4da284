import { type RouteSectionProps, useParams } from '@solidjs/router'
import { Show } from 'solid-js'
import { readGroup } from '../../data/groups.ts'
import { createQuery } from '../../data/query.ts'
import { Contained } from '../../ui/broken.tsx'
import { LoadFailure } from '../../ui/notice.tsx'
import { type GroupContext, GroupProvider } from './group-context.ts'

/** Everything of one runtime group lies inside this. */
export const GroupFrame = (props: RouteSectionProps) => {
  const params = useParams<{ group: string }>()
  const group = createQuery(
    () => params.group,
    (name, signal) => readGroup(name, signal),
    { everyMs: 10_000 },
  )
  const context: GroupContext = {
    name: () => params.group,
    group,
    href: (path = '') => `/groups/${encodeURIComponent(params.group)}${path}`,
  }
  return (
    <GroupProvider value={context}>
      <Show
        when={!group.error() || group.data()}
        fallback={
          <LoadFailure
            what="runtime group"
            error={group.error()}
            retry={() => void group.refresh()}
          />
        }
      >
        {/* A page of another group is another page: its state must not outlive the change. */}
        <Show when={params.group} keyed>
          <Contained>{props.children}</Contained>
        </Show>
      </Show>
    </GroupProvider>
  )
}
