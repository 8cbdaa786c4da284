import { Show } from 'solid-js'
import { listVersions, type Version } from '../../data/groups.ts'
import { createQuery } from '../../data/query.ts'
import { kinds } from '../../data/schemas.ts'
import { counted, words } from '../../forms/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { createCursor, Pager } from '../../ui/pager.tsx'
import { ListSkeleton } from '../../ui/skeleton.tsx'
import { Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useGroup } from '../frame/group-context.ts'

const REFRESH_MS = 5_000
const PAGE = 25

/** What was published, newest first. */
export const VersionsPage = () => {
  const group = useGroup()
  const cursor = createCursor()
  const versions = createQuery(
    () => ({ offset: cursor.offset() }),
    ({ offset }, signal) =>
      listVersions(group.name(), { size: PAGE, ...(offset ? { offset } : {}) }, signal),
    { everyMs: REFRESH_MS, keep: true },
  )
  const current = (version: Version) => version.version === group.group.data()?.publishing?.version
  return (
    <>
      <PageHeader title="Versions">
        Each change is published as a version: signed, and identified by the hash of its content.
      </PageHeader>
      <Loaded
        query={versions}
        what="list of versions"
        skeleton={<ListSkeleton label="Loading versions" />}
      >
        {(page) => (
          <Show
            when={page().data.length > 0}
            fallback={
              <Empty title="Nothing published yet">The first change makes the first version.</Empty>
            }
          >
            <Table
              label="Versions"
              rows={page().data}
              columns={[
                {
                  id: 'version',
                  label: 'Version',
                  width: 'sm:w-30',
                  cell: (version) => (
                    <span class="flex items-center gap-2">
                      <span class="font-medium">{version.version}</span>
                      <Show when={current(version)}>
                        <Badge tone="accent">current</Badge>
                      </Show>
                    </span>
                  ),
                },
                {
                  id: 'created',
                  label: 'Published',
                  width: 'sm:w-30',
                  cell: (version) => <Time at={version.created_at} />,
                },
                {
                  id: 'actor',
                  label: 'By',
                  width: 'sm:w-[13%]',
                  cell: (version) => <span title={version.actor}>{version.actor}</span>,
                },
                {
                  id: 'counts',
                  label: 'Holds',
                  cell: (version) => <span title={holds(version)}>{holds(version)}</span>,
                },
                {
                  id: 'nodes',
                  label: 'Runs on',
                  width: 'sm:w-28',
                  cell: (version) =>
                    version.nodes_in_sync > 0 ? (
                      counted(version.nodes_in_sync, 'runtime')
                    ) : (
                      <span class="text-muted">–</span>
                    ),
                },
                {
                  id: 'root',
                  label: 'Root',
                  width: 'sm:w-32',
                  cell: (version) => (
                    <span class="code text-muted" title={version.root}>
                      {version.root.slice(0, 10)}
                    </span>
                  ),
                },
              ]}
            />
            <Pager previous={cursor.previous()} next={cursor.next(page().offset)} />
          </Show>
        )}
      </Loaded>
    </>
  )
}

const holds = ({ counts }: Version): string => {
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([plural, count]) => {
      const kind = kinds()?.find((one) => one.plural === plural)
      return counted(count, words(kind?.name ?? plural).toLowerCase(), words(plural).toLowerCase())
    })
  return parts.length > 0 ? parts.join(', ') : 'nothing'
}
