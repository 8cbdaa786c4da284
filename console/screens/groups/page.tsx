import { A } from '@solidjs/router'
import Pencil from 'lucide-solid/icons/pencil'
import Plus from 'lucide-solid/icons/plus'
import Trash from 'lucide-solid/icons/trash'
import { createSignal, Show } from 'solid-js'
import { deleteGroup, type Group, listGroups } from '../../data/groups.ts'
import { createQuery } from '../../data/query.ts'
import { mayWrite } from '../../data/session.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { ListSkeleton } from '../../ui/skeleton.tsx'
import { Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { notify } from '../../ui/toast.tsx'
import { GroupDialog } from './dialog.tsx'

export const GroupsPage = () => {
  const [page, setPage] = createSignal(1)
  const groups = createQuery(page, (number, signal) => listGroups(number, signal), { keep: true })
  const [edited, setEdited] = createSignal<Group | 'new'>()
  const [doomed, setDoomed] = createSignal<Group>()
  const meta = () => groups.data()?.meta.page
  const create = () => (
    <Button tone="primary" onClick={() => setEdited('new')}>
      <Plus size={16} />
      New group
    </Button>
  )
  return (
    <>
      <PageHeader title="Runtime groups" actions={mayWrite() && create()}>
        A runtime group is a configuration of its own and the runtimes that serve it: one for each
        environment, region or team.
      </PageHeader>
      <Loaded
        query={groups}
        what="list of groups"
        skeleton={<ListSkeleton label="Loading groups" />}
      >
        {(list) => (
          <Show
            when={list().data.length > 0}
            fallback={
              <Empty title="No runtime group yet" action={mayWrite() && create()}>
                Make one, then add services, routes and a runtime that serves them.
              </Empty>
            }
          >
            <Table
              label="Runtime groups"
              rows={list().data}
              columns={[
                {
                  id: 'name',
                  label: 'Name',
                  width: 'sm:w-[30%]',
                  cell: (group) => (
                    <A
                      class="link font-medium"
                      title={group.name}
                      href={`/groups/${encodeURIComponent(group.name)}`}
                    >
                      {group.name}
                    </A>
                  ),
                },
                {
                  id: 'description',
                  label: 'Description',
                  cell: (group) => (
                    <span
                      class={`text-muted ${group.description ? '' : 'nothing'}`}
                      title={group.description ?? ''}
                    >
                      {group.description || '–'}
                    </span>
                  ),
                },
                {
                  id: 'updated',
                  label: 'Changed',
                  width: 'sm:w-32',
                  cell: (group) => <Time at={group.updated_at} />,
                },
              ]}
              actions={(group) => (
                <Show when={mayWrite()}>
                  <Menu
                    label={`Actions for ${group.name}`}
                    items={[
                      {
                        label: 'Rename',
                        icon: () => <Pencil size={16} />,
                        act: () => setEdited(group),
                      },
                      {
                        label: 'Delete',
                        icon: () => <Trash size={16} />,
                        danger: true,
                        act: () => setDoomed(group),
                      },
                    ]}
                  />
                </Show>
              )}
            />
            <Pager
              previous={page() > 1 ? () => setPage(page() - 1) : undefined}
              next={
                (meta()?.total ?? 0) > page() * (meta()?.size ?? 50)
                  ? () => setPage(page() + 1)
                  : undefined
              }
            />
          </Show>
        )}
      </Loaded>
      <GroupDialog
        group={edited()}
        close={() => setEdited(undefined)}
        done={() => void groups.refresh()}
      />
      <Confirm
        open={doomed() !== undefined}
        title={`Delete ${doomed()?.name}?`}
        action="Delete group"
        typed={doomed()?.name ?? ''}
        onClose={() => setDoomed(undefined)}
        act={async () => {
          const group = doomed()
          if (!group) return
          await deleteGroup(group.id)
          notify(`${group.name} was deleted.`)
          await groups.refresh()
        }}
      >
        <p>
          All its services, routes, consumers, plugins and certificates go with it. Its runtimes are
          not stopped: they go on with the configuration they have, and get no other.
        </p>
        <p class="text-muted">This cannot be undone.</p>
      </Confirm>
    </>
  )
}
