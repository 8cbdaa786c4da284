import { useNavigate, useParams } from '@solidjs/router'
import CircleAlert from 'lucide-solid/icons/circle-alert'
import Trash from 'lucide-solid/icons/trash'
import TriangleAlert from 'lucide-solid/icons/triangle-alert'
import { createSignal, type JSX, Show } from 'solid-js'
import { forgetNode, type RuntimeNode, readNode } from '../../data/groups.ts'
import { createQuery } from '../../data/query.ts'
import { mayWrite } from '../../data/session.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { CardSkeleton } from '../../ui/skeleton.tsx'
import { Time } from '../../ui/time.tsx'
import { notify } from '../../ui/toast.tsx'
import { useGroup } from '../frame/group-context.ts'
import { countText } from '../overview/format.ts'
import { TrafficCard } from '../overview/traffic-card.tsx'
import { Problems } from './problems.tsx'
import { Connection, hostName, Sync } from './state.tsx'

const REFRESH_MS = 3_000

/** One runtime: what it runs, what it would not run, and its share of the traffic. */
export const RuntimePage = () => {
  const params = useParams<{ node: string }>()
  const group = useGroup()
  const node = createQuery(
    () => params.node,
    (id, signal) => readNode(group.name(), id, signal),
    { everyMs: REFRESH_MS },
  )
  return (
    <Loaded query={node} what="runtime" skeleton={<CardSkeleton label="Loading" class="h-96" />}>
      {(loaded) => <Detail node={loaded()} />}
    </Loaded>
  )
}

const Detail = (props: { node: RuntimeNode }) => {
  const group = useGroup()
  const navigate = useNavigate()
  const [doomed, setDoomed] = createSignal(false)
  const current = () => group.group.data()?.publishing?.version
  return (
    <>
      <PageHeader
        title={props.node.hostname}
        crumbs={[{ label: 'Runtimes', href: group.href('/runtimes') }]}
        badge={
          <span class="flex gap-1.5">
            <Connection node={props.node} />
            <Sync node={props.node} />
          </span>
        }
        actions={
          mayWrite() && (
            <Button onClick={() => setDoomed(true)}>
              <Trash size={16} />
              Forget
            </Button>
          )
        }
      />
      <div class="flex flex-col gap-5">
        <Show when={props.node.refused}>
          {(refused) => (
            <section class="card border-danger/60 p-4" aria-labelledby="refused-heading">
              <h2 id="refused-heading" class="flex items-center gap-2">
                <CircleAlert size={18} class="text-danger" />
                It refused{' '}
                {refused().version === null ? 'an update' : `version ${refused().version}`}
              </h2>
              <p class="mt-1 break-words">
                {refused().reason}{' '}
                <span class="text-muted">
                  (<Time at={refused().at} />)
                </span>
              </p>
              <p class="mt-1 text-muted">
                It goes on with version {props.node.config_version}, the last good one.
              </p>
              <Problems problems={refused().entities} />
            </section>
          )}
        </Show>
        <Show when={props.node.warnings.length > 0}>
          <section class="card p-4" aria-labelledby="warnings-heading">
            <h2 id="warnings-heading" class="flex items-center gap-2">
              <TriangleAlert size={18} class="text-warn" />
              Entities that do not act here
            </h2>
            <Problems problems={props.node.warnings} />
          </section>
        </Show>
        <dl class="card grid grid-cols-2 gap-x-8 gap-y-4 p-4 lg:grid-cols-4">
          <Fact label="Configuration">
            Version {props.node.config_version}
            <Show when={current() && current() !== props.node.config_version}>
              <span class="text-muted"> (current: {current()})</span>
            </Show>
          </Fact>
          <Fact label="Applied">
            <Time at={props.node.applied_at} />
          </Fact>
          <Fact label="Last seen">
            <Time at={props.node.last_seen} />
          </Fact>
          <Fact label="Started">
            <Time at={props.node.started_at} none="–" />
          </Fact>
          <Fact label="Runs in">{hostName(props.node.host)}</Fact>
          <Fact label="Software">{props.node.version}</Fact>
          <Fact label="Registered">
            <Time at={props.node.created_at} />
          </Fact>
          <Fact label="Records dropped">{countText(props.node.records_dropped)}</Fact>
          <Fact label="Id" wide>
            <Copied text={props.node.id} what="id" />
          </Fact>
          <Fact label="Root of its configuration" wide>
            <Show when={props.node.config_root} fallback="–">
              {(root) => <Copied text={root()} what="root" />}
            </Show>
          </Fact>
        </dl>
        <TrafficCard only={{ node: props.node.id }} />
      </div>
      <Confirm
        open={doomed()}
        title={`Forget ${props.node.hostname}?`}
        action="Forget runtime"
        onClose={() => setDoomed(false)}
        act={async () => {
          await forgetNode(group.name(), props.node.id)
          notify(`${props.node.hostname} was forgotten.`)
          navigate(group.href('/runtimes'))
        }}
      >
        <p>
          Its token ends: it gets no further configuration and reports no traffic. The process is
          not stopped and goes on with what it has. With a registration token it can come back.
        </p>
      </Confirm>
    </>
  )
}

const Fact = (props: { label: string; wide?: boolean; children: JSX.Element }) => (
  <div class={`min-w-0 ${props.wide ? 'col-span-2' : ''}`}>
    <dt class="text-muted text-xs">{props.label}</dt>
    <dd class={props.wide ? 'truncate' : ''}>{props.children}</dd>
  </div>
)

const Copied = (props: { text: string; what: string }) => (
  <span class="flex items-center gap-1">
    <span class="code truncate" title={props.text}>
      {props.text}
    </span>
    <CopyButton text={props.text} label={`Copy ${props.what}`} class="-my-1.5" />
  </span>
)
