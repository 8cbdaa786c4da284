import { A } from '@solidjs/router'
import CircleCheck from 'lucide-solid/icons/circle-check'
import LoaderCircle from 'lucide-solid/icons/loader-circle'
import { createSignal, For, type JSX, Show } from 'solid-js'
import { messageOf } from '../../data/errors.ts'
import { listNodes, makeRegistrationToken } from '../../data/groups.ts'
import { createQuery } from '../../data/query.ts'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/copy.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { useGroup } from '../frame/group-context.ts'
import { hostName } from './state.tsx'

type Host = 'node' | 'worker'

const hosts: { id: Host; title: string; about: string }[] = [
  { id: 'node', title: 'Node', about: 'A process on a machine or in a container of yours.' },
  {
    id: 'worker',
    title: 'Edge Worker',
    about: 'In your Cloudflare account, close to every client.',
  },
]
const SHOWN = 1000

/** Makes a registration token and says exactly what to run with it. Watches for the runtime that comes. */
export const AddRuntimePage = () => {
  const group = useGroup()
  const [host, setHost] = createSignal<Host>('node')
  const [token, setToken] = createSignal<string>()
  const [since, setSince] = createSignal(0)
  const [busy, setBusy] = createSignal(false)
  const [failure, setFailure] = createSignal<string>()

  const make = async () => {
    setBusy(true)
    setFailure(undefined)
    try {
      setSince(Date.now())
      setToken(
        (await makeRegistrationToken(group.name(), `${hostName(host())} from the console`)).token,
      )
    } catch (error) {
      setFailure(messageOf(error))
    }
    setBusy(false)
  }

  return (
    <>
      <PageHeader
        title="Add a runtime"
        crumbs={[{ label: 'Runtimes', href: group.href('/runtimes') }]}
      >
        A runtime registers once with a token, then keeps itself up to date.
      </PageHeader>
      <div class="flex max-w-3xl flex-col gap-5">
        <fieldset class="grid gap-3 sm:grid-cols-2">
          <legend class="mb-2 font-semibold">1. Where it runs</legend>
          <For each={hosts}>
            {({ id, title, about }) => (
              <label class="card flex cursor-pointer items-start gap-3 p-4 has-checked:border-accent has-focus-visible:outline-2 has-focus-visible:outline-accent">
                <input
                  type="radio"
                  name="host"
                  class="mt-0.5 size-4 accent-accent-fill outline-none"
                  checked={host() === id}
                  onChange={() => setHost(id)}
                />
                <span>
                  <span class="block font-medium">{title}</span>
                  <span class="text-muted">{about}</span>
                </span>
              </label>
            )}
          </For>
        </fieldset>
        <Step title="2. A registration token">
          <p class="text-muted">
            Whoever holds it can register runtimes with this group. It is shown only here, only now.
          </p>
          <div role="alert">
            <Show when={failure()}>
              <p class="mt-2 rounded-md bg-danger-soft px-3 py-2 text-danger">{failure()}</p>
            </Show>
          </div>
          <div class="mt-3">
            <Show
              when={token()}
              fallback={
                <Button tone="primary" busy={busy()} onClick={() => void make()}>
                  Make a token
                </Button>
              }
            >
              {(made) => <CodeBlock label="registration token" text={made()} />}
            </Show>
          </div>
        </Step>
        <Show when={token()}>
          {(made) => (
            <>
              <Step title="3. Run it">
                <Show when={host() === 'node'} fallback={<EdgeSteps token={made()} />}>
                  <NodeSteps token={made()} />
                </Show>
              </Step>
              <Arrival since={since()} />
            </>
          )}
        </Show>
      </div>
    </>
  )
}

const Step = (props: { title: string; children: JSX.Element }) => (
  <section>
    <h2 class="mb-1">{props.title}</h2>
    {props.children}
  </section>
)

const NodeSteps = (props: { token: string }) => {
  const command = () =>
    [
      `TIDEGATE_CONTROL_PLANE=${window.location.origin} \\`,
      `TIDEGATE_REGISTRATION_TOKEN=${props.token} \\`,
      'npm run runtime -- --proxy 0.0.0.0:8000 --proxy-tls 0.0.0.0:8443 --workers 2',
    ].join('\n')
  return (
    <>
      <p class="mb-2 text-muted">
        In a checkout of Tidegate, after <code class="code">npm ci</code>. Its registration and its
        last good configuration are kept in <code class="code">.tidegate/runtime</code>; from then
        on it starts without the token. <code class="code">--help</code> lists every option.
      </p>
      <CodeBlock label="command" text={command()} />
    </>
  )
}

const EdgeSteps = (props: { token: string }) => {
  const settings = () => `[vars]\nTIDEGATE_CONTROL_PLANE = "${window.location.origin}"`
  const commands = () =>
    [
      'npx wrangler login',
      `echo '${props.token}' | npx wrangler secret put TIDEGATE_REGISTRATION_TOKEN --config edge-proxy/wrangler.toml`,
      'npx wrangler deploy --config edge-proxy/wrangler.toml',
    ].join('\n')
  return (
    <>
      <p class="mb-2 text-muted">
        In <code class="code">edge-proxy/wrangler.toml</code>, say where this control plane is. In
        the account of the control plane the service binding <code class="code">CONTROL</code>{' '}
        stays; in another account take it out.
      </p>
      <CodeBlock label="settings" text={settings()} />
      <p class="mt-4 mb-2 text-muted">Then deploy it:</p>
      <CodeBlock label="commands" text={commands()} />
    </>
  )
}

/** Says when a runtime has registered since the token was made. */
const Arrival = (props: { since: number }) => {
  const group = useGroup()
  const nodes = createQuery(
    group.name,
    (name, signal) => listNodes(name, { size: SHOWN }, signal),
    { everyMs: 2_000 },
  )
  const arrived = () =>
    nodes.data()?.data.filter((node) => Date.parse(node.created_at) >= props.since - 1_000) ?? []
  return (
    <div class="card flex items-center gap-3 p-4" role="status">
      <Show
        when={arrived()[0]}
        fallback={
          <>
            <LoaderCircle size={18} class="shrink-0 animate-spin text-muted" />
            <span class="text-muted">Waiting for the runtime to register…</span>
          </>
        }
      >
        {(node) => (
          <>
            <CircleCheck size={18} class="shrink-0 text-ok" />
            <span class="min-w-0 truncate">
              <A class="link font-medium underline" href={group.href(`/runtimes/${node().id}`)}>
                {node().hostname}
              </A>{' '}
              has registered.
            </span>
          </>
        )}
      </Show>
    </div>
  )
}
