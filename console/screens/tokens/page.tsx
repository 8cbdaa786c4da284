import Plus from 'lucide-solid/icons/plus'
import Trash from 'lucide-solid/icons/trash'
import { createSignal, Show } from 'solid-js'
import { createQuery } from '../../data/query.ts'
import { listTokens, revokeToken, type Token } from '../../data/tokens.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { createCursor, Pager } from '../../ui/pager.tsx'
import { ListSkeleton } from '../../ui/skeleton.tsx'
import { Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { notify } from '../../ui/toast.tsx'
import { NewToken } from './new-token.tsx'

const PAGE = 25

export const TokensPage = () => {
  const cursor = createCursor()
  const tokens = createQuery(
    () => ({ offset: cursor.offset() }),
    ({ offset }, signal) => listTokens({ size: PAGE, ...(offset ? { offset } : {}) }, signal),
    { keep: true },
  )
  const [making, setMaking] = createSignal(false)
  const [doomed, setDoomed] = createSignal<Token>()
  const create = () => (
    <Button tone="primary" onClick={() => setMaking(true)}>
      <Plus size={16} />
      New token
    </Button>
  )
  return (
    <>
      <PageHeader title="API tokens" actions={create()}>
        For programs: scripts, pipelines, decK. A token acts for whoever made it, with the role it
        was given.
      </PageHeader>
      <Loaded
        query={tokens}
        what="list of tokens"
        skeleton={<ListSkeleton label="Loading tokens" rows={3} />}
      >
        {(list) => (
          <Show
            when={list().data.length > 0}
            fallback={
              <Empty title="No token yet" action={create()}>
                Send one as <code class="code">Authorization: Bearer</code> with each request to the
                API.
              </Empty>
            }
          >
            <Table
              label="API tokens"
              rows={list().data}
              columns={[
                {
                  id: 'name',
                  label: 'Name',
                  cell: (token) => <span title={token.name}>{token.name}</span>,
                },
                {
                  id: 'user',
                  label: 'Acts for',
                  width: 'sm:w-[20%]',
                  cell: (token) => <span title={token.user.name}>{token.user.name}</span>,
                },
                { id: 'role', label: 'Role', width: 'sm:w-24', cell: (token) => token.role },
                {
                  id: 'created',
                  label: 'Created',
                  width: 'sm:w-30',
                  cell: (token) => <Time at={token.created_at} />,
                },
                {
                  id: 'used',
                  label: 'Last used',
                  width: 'sm:w-30',
                  cell: (token) => <Time at={token.last_used_at} />,
                },
                {
                  id: 'expires',
                  label: 'Expires',
                  width: 'sm:w-30',
                  cell: (token) => <Expiry token={token} />,
                },
              ]}
              actions={(token) => (
                <button
                  type="button"
                  class="icon-button"
                  aria-label={`Revoke ${token.name}`}
                  title="Revoke"
                  onClick={() => setDoomed(token)}
                >
                  <Trash size={16} />
                </button>
              )}
            />
            <Pager previous={cursor.previous()} next={cursor.next(list().offset)} />
          </Show>
        )}
      </Loaded>
      <NewToken open={making()} close={() => setMaking(false)} done={() => void tokens.refresh()} />
      <Confirm
        open={doomed() !== undefined}
        title={`Revoke ${doomed()?.name}?`}
        action="Revoke token"
        onClose={() => setDoomed(undefined)}
        act={async () => {
          const token = doomed()
          if (!token) return
          await revokeToken(token.id)
          notify(`${token.name} was revoked.`)
          await tokens.refresh()
        }}
      >
        <p>Whatever uses it is refused from now on. This cannot be undone.</p>
      </Confirm>
    </>
  )
}

const Expiry = (props: { token: Token }) => (
  <Show
    when={props.token.expires_at && Date.parse(props.token.expires_at) <= Date.now()}
    fallback={<Time at={props.token.expires_at} />}
  >
    <Badge tone="warn">Expired</Badge>
  </Show>
)
