import { type RouteSectionProps, useLocation, useNavigate } from '@solidjs/router'
import MenuIcon from 'lucide-solid/icons/menu'
import { createEffect, createSignal, on, onMount, Show } from 'solid-js'
import { onSessionExpired } from '../../data/client.ts'
import { kinds, loadSchemas } from '../../data/schemas.ts'
import { forgetSession, loadSession, session } from '../../data/session.ts'
import { Mark } from '../../ui/mark.tsx'
import { LoadFailure } from '../../ui/notice.tsx'
import { CardSkeleton } from '../../ui/skeleton.tsx'
import { Toasts } from '../../ui/toast.tsx'
import { SideNav } from './side-nav.tsx'

/** The frame of every page for people who are signed in. Whoever is not goes to sign-in, and comes back here. */
export const Shell = (props: RouteSectionProps) => {
  const location = useLocation()
  const navigate = useNavigate()
  const [failure, setFailure] = createSignal<unknown>()
  const [drawer, setDrawer] = createSignal(false)

  const load = async () => {
    setFailure(undefined)
    try {
      if (!session()) await loadSession()
      if (session() && !kinds()) await loadSchemas()
    } catch (error) {
      setFailure(() => error)
    }
  }
  onMount(() => void load())
  onSessionExpired(forgetSession)

  createEffect(
    on(session, (now, before) => {
      if (now !== null) return
      const from = location.pathname + location.search
      const search = new URLSearchParams(from === '/' || from === '/groups' ? {} : { from })
      if (before) search.set('ended', '1')
      navigate(`/sign-in${search.size > 0 ? `?${search}` : ''}`, { replace: true })
    }),
  )
  createEffect(
    on(
      () => location.pathname,
      () => setDrawer(false),
    ),
  )

  return (
    <div class="min-h-dvh lg:grid lg:grid-cols-[240px_minmax(0,1fr)]">
      <button
        type="button"
        class="button button-primary fixed top-2 left-2 z-60 not-focus:sr-only"
        onClick={() => document.getElementById('page')?.focus()}
      >
        Skip to the page
      </button>
      <div class="sticky top-0 z-30 flex h-12 items-center gap-3 border-line border-b bg-surface px-3 lg:hidden">
        <button
          type="button"
          class="icon-button"
          aria-label="Open navigation"
          aria-expanded={drawer()}
          onClick={() => setDrawer(true)}
        >
          <MenuIcon size={20} />
        </button>
        <Mark size={22} />
        <span class="font-semibold">Tidegate</span>
      </div>
      <SideNav drawer={drawer()} close={() => setDrawer(false)} />
      <main id="page" tabindex={-1} class="min-w-0 px-4 py-5 outline-none sm:px-8 sm:py-7">
        <div class="mx-auto max-w-[1200px]">
          <Show
            when={!failure()}
            fallback={<LoadFailure what="console" error={failure()} retry={() => void load()} />}
          >
            <Show
              when={session() && kinds()}
              fallback={<CardSkeleton label="Loading the console" class="h-64" />}
            >
              {props.children}
            </Show>
          </Show>
        </div>
      </main>
      <Toasts />
    </div>
  )
}
