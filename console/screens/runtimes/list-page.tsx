import Plus from 'lucide-solid/icons/plus'
import { Show } from 'solid-js'
import { listNodes } from '../../data/groups.ts'
import { createQuery } from '../../data/query.ts'
import { mayWrite } from '../../data/session.ts'
import { LinkButton } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { createCursor, Pager } from '../../ui/pager.tsx'
import { ListSkeleton } from '../../ui/skeleton.tsx'
import { useGroup } from '../frame/group-context.ts'
import { RuntimeTable } from './table.tsx'

const REFRESH_MS = 3_000
const PAGE = 25

export const RuntimesPage = () => {
  const group = useGroup()
  const cursor = createCursor()
  const nodes = createQuery(
    () => ({ offset: cursor.offset() }),
    ({ offset }, signal) =>
      listNodes(group.name(), { size: PAGE, ...(offset ? { offset } : {}) }, signal),
    { everyMs: REFRESH_MS, keep: true },
  )
  const add = () => (
    <LinkButton href={group.href('/runtimes/add')} tone="primary">
      <Plus size={16} />
      Add a runtime
    </LinkButton>
  )
  return (
    <>
      <PageHeader title="Runtimes" actions={mayWrite() && add()}>
        The data planes that serve this group: edge Workers and Node processes, all on the same
        signed configuration.
      </PageHeader>
      <Loaded
        query={nodes}
        what="list of runtimes"
        skeleton={<ListSkeleton label="Loading runtimes" rows={3} />}
      >
        {(page) => (
          <Show
            when={page().data.length > 0}
            fallback={
              <Empty title="No runtime yet" action={mayWrite() && add()}>
                A runtime is a process of the gateway. It registers with a token, takes the group's
                configuration, and goes on serving when the control plane is away.
              </Empty>
            }
          >
            <RuntimeTable nodes={page().data} />
            <Pager previous={cursor.previous()} next={cursor.next(page().offset)} />
          </Show>
        )}
      </Loaded>
    </>
  )
}
