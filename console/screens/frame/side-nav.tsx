import { Dialog } from '@kobalte/core/dialog'
import { A, useMatch, useNavigate } from '@solidjs/router'
import Activity from 'lucide-solid/icons/activity'
import BookOpen from 'lucide-solid/icons/book-open'
import Box from 'lucide-solid/icons/box'
import Check from 'lucide-solid/icons/check'
import ChevronsUpDown from 'lucide-solid/icons/chevrons-up-down'
import GitCommit from 'lucide-solid/icons/git-commit-horizontal'
import KeyRound from 'lucide-solid/icons/key-round'
import Layers from 'lucide-solid/icons/layers'
import LogOut from 'lucide-solid/icons/log-out'
import Plug from 'lucide-solid/icons/plug'
import Route from 'lucide-solid/icons/route'
import Server from 'lucide-solid/icons/server'
import ShieldCheck from 'lucide-solid/icons/shield-check'
import Split from 'lucide-solid/icons/split'
import Users from 'lucide-solid/icons/users'
import X from 'lucide-solid/icons/x'
import { For, type JSX, Show } from 'solid-js'
import { listGroups } from '../../data/groups.ts'
import { createQuery } from '../../data/query.ts'
import { kinds } from '../../data/schemas.ts'
import { session, signOut } from '../../data/session.ts'
import { words } from '../../forms/words.ts'
import { Mark } from '../../ui/mark.tsx'
import { Menu, type MenuItem } from '../../ui/menu.tsx'
import { createReturnFocus } from '../../ui/return-focus.ts'
import { ThemeSwitch } from '../../ui/theme.tsx'
import { notify } from '../../ui/toast.tsx'

interface Link {
  label: string
  href: string
  icon: () => JSX.Element
  exact?: boolean
}

const icons: Record<string, () => JSX.Element> = {
  service: () => <Server size={16} />,
  route: () => <Route size={16} />,
  consumer: () => <Users size={16} />,
  plugin: () => <Plug size={16} />,
  upstream: () => <Split size={16} />,
  certificate: () => <ShieldCheck size={16} />,
}
const order = Object.keys(icons)
/** Kinds that are reached from another kind's page. */
const within = new Set(['sni', 'ca_certificate', 'target', 'keyauth_credential', 'acl'])

const entityLinks = (base: string): Link[] =>
  [...(kinds() ?? [])]
    .filter((kind) => !within.has(kind.name) && !kind.nested)
    .sort((a, b) => rank(a.name) - rank(b.name))
    .map((kind) => ({
      label: words(kind.plural),
      href: `${base}/${kind.plural}`,
      icon: icons[kind.name] ?? (() => <Box size={16} />),
    }))

const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)

/** The way to every page: a column on wide screens, a drawer on narrow ones. */
export const SideNav = (props: { drawer: boolean; close: () => void }) => {
  const returnFocus = createReturnFocus()
  return (
    <>
      <aside class="sticky top-0 hidden h-dvh border-line border-r bg-surface lg:block">
        <Content />
      </aside>
      <Dialog
        open={props.drawer}
        preventScroll={false}
        onOpenChange={(open) => !open && props.close()}
      >
        <Dialog.Portal>
          <Dialog.Overlay class="fixed inset-0 z-40 bg-[rgb(8_18_20/50%)]" />
          <Dialog.Content
            {...returnFocus}
            class="fixed inset-y-0 left-0 z-50 w-[280px] max-w-[85vw] border-line border-r bg-surface outline-none"
          >
            <Dialog.Title class="visually-hidden">Navigation</Dialog.Title>
            <Dialog.CloseButton
              class="icon-button absolute top-3 right-2"
              aria-label="Close navigation"
            >
              <X size={18} />
            </Dialog.CloseButton>
            <Content />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog>
    </>
  )
}

const Content = () => {
  const inGroup = useMatch(() => '/groups/:group/*rest')
  const group = () => {
    const name = inGroup()?.params.group
    return name === undefined ? undefined : decodeURIComponent(name)
  }
  const base = () => `/groups/${encodeURIComponent(group() ?? '')}`
  return (
    <div class="flex h-full flex-col">
      <A
        href="/groups"
        class="flex h-14 shrink-0 items-center gap-2.5 px-4"
        aria-label="Tidegate: runtime groups"
      >
        <Mark size={24} />
        <span class="font-semibold text-[15px] tracking-tight">Tidegate</span>
      </A>
      <nav aria-label="Main" class="min-h-0 flex-1 overflow-y-auto px-2 pb-4">
        <Show
          when={group()}
          fallback={
            <Section links={topLinks}>
              <Reference />
            </Section>
          }
        >
          {(name) => (
            <>
              <GroupSwitch name={name()} />
              <Section
                links={[
                  {
                    label: 'Overview',
                    href: base(),
                    icon: () => <Activity size={16} />,
                    exact: true,
                  },
                  { label: 'Runtimes', href: `${base()}/runtimes`, icon: () => <Box size={16} /> },
                  {
                    label: 'Versions',
                    href: `${base()}/versions`,
                    icon: () => <GitCommit size={16} />,
                  },
                ]}
              />
              <Section title="Configuration" links={entityLinks(base())} />
              <Section title="Organization" links={topLinks}>
                <Reference />
              </Section>
            </>
          )}
        </Show>
      </nav>
      <Person />
    </div>
  )
}

const topLinks: Link[] = [
  { label: 'Runtime groups', href: '/groups', icon: () => <Layers size={16} />, exact: true },
  { label: 'API tokens', href: '/tokens', icon: () => <KeyRound size={16} /> },
]

const Section = (props: { title?: string; links: Link[]; children?: JSX.Element }) => (
  <div class="mt-2">
    <Show when={props.title}>
      <p class="mt-4 mb-1 px-2.5 font-medium text-muted text-xs">{props.title}</p>
    </Show>
    <ul class="flex flex-col gap-px">
      <For each={props.links}>
        {(link) => (
          <li>
            <A
              href={link.href}
              end={link.exact ?? false}
              class="group flex h-8 items-center gap-2.5 rounded-md px-2.5 hover:bg-hover"
              inactiveClass="text-muted hover:text-ink"
              activeClass="bg-accent-soft font-medium text-accent hover:bg-accent-soft"
            >
              {link.icon()}
              {link.label}
            </A>
          </li>
        )}
      </For>
      {props.children}
    </ul>
  </div>
)

/** The API's own pages are not the console's: they open beside it. */
const Reference = () => (
  <li>
    <a
      href="/reference"
      target="_blank"
      rel="noopener"
      class="flex h-8 items-center gap-2.5 rounded-md px-2.5 text-muted hover:bg-hover hover:text-ink"
    >
      <BookOpen size={16} />
      API reference
    </a>
  </li>
)

const GroupSwitch = (props: { name: string }) => {
  const groups = createQuery(
    () => 1,
    (page, signal) => listGroups(page, signal),
  )
  const items = (): MenuItem[] => [
    ...(groups.data()?.data ?? []).map((group) => ({
      label: group.name,
      icon: () => (group.name === props.name ? <Check size={16} /> : <Layers size={16} />),
      href: `/groups/${encodeURIComponent(group.name)}`,
    })),
    { label: 'All runtime groups', icon: () => <Layers size={16} />, href: '/groups' },
  ]
  return (
    <Menu
      label={`Runtime group ${props.name}: change`}
      items={items()}
      wide
      class="flex h-11 w-full items-center gap-2 rounded-md border border-line bg-sunken px-2.5 text-left hover:bg-hover"
    >
      <span class="min-w-0 flex-1">
        <span class="block text-[11px] text-muted leading-4">Runtime group</span>
        <span class="block truncate font-medium leading-5" title={props.name}>
          {props.name}
        </span>
      </span>
      <ChevronsUpDown size={16} class="shrink-0 text-muted" />
    </Menu>
  )
}

const Person = () => {
  const navigate = useNavigate()
  const leave = async () => {
    try {
      await signOut()
      navigate('/sign-in', { replace: true })
    } catch {
      notify('Signing out did not work. Try again.', { failed: true })
    }
  }
  return (
    <div class="flex flex-col gap-3 border-line border-t p-3">
      <ThemeSwitch />
      <div class="flex items-center gap-2 pl-1">
        <div class="min-w-0 flex-1">
          <p class="truncate font-medium leading-5" title={session()?.user.name}>
            {session()?.user.name}
          </p>
          <p class="truncate text-muted text-xs" title={session()?.user.email}>
            {session()?.organization.name} · {session()?.user.role}
          </p>
        </div>
        <button
          type="button"
          class="icon-button"
          aria-label="Sign out"
          title="Sign out"
          onClick={() => void leave()}
        >
          <LogOut size={16} />
        </button>
      </div>
    </div>
  )
}
