import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js'
import { createStore, reconcile } from 'solid-js/store'

export interface Query<T> {
  data: Accessor<T | undefined>
  error: Accessor<unknown>
  /** No answer yet for the present key. While it refreshes, the answer it has stays. */
  loading: Accessor<boolean>
  refresh(): Promise<void>
}

export interface QueryOptions {
  /** Milliseconds between two refreshes while the page is visible. */
  everyMs?: number
  /** Keep showing the answer to the last key while the next one is fetched. */
  keep?: boolean
}

/**
 * Loads something, again whenever its key changes. A key that is undefined loads nothing; late answers are dropped.
 * What did not change between two answers keeps its identity, so a refresh redraws nothing that is the same.
 */
export const createQuery = <Key, T>(
  key: Accessor<Key | undefined>,
  load: (key: Key, signal: AbortSignal) => Promise<T>,
  { everyMs, keep = false }: QueryOptions = {},
): Query<T> => {
  const [state, setState] = createStore<{ data: T | undefined }>({ data: undefined })
  const [error, setError] = createSignal<unknown>()
  const [loading, setLoading] = createSignal(true)
  const settled = createMemo(key, undefined, {
    equals: (a, b) => JSON.stringify(a) === JSON.stringify(b),
  })
  let running: AbortController | undefined

  const run = async (): Promise<void> => {
    const now = settled()
    running?.abort()
    if (now === undefined) return
    const mine = new AbortController()
    running = mine
    try {
      const answer = await load(now, mine.signal)
      if (mine.signal.aborted) return
      setState('data', reconcile(answer, { key: 'id' }))
      setError(undefined)
    } catch (thrown) {
      if (mine.signal.aborted) return
      setError(() => thrown)
    }
    setLoading(false)
  }

  createEffect(
    on(settled, () => {
      if (!keep) setState({ data: undefined })
      setError(undefined)
      setLoading(true)
      void run()
    }),
  )
  if (everyMs !== undefined) {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void run()
    }, everyMs)
    onCleanup(() => clearInterval(timer))
  }
  onCleanup(() => running?.abort())

  return { data: () => state.data, error, loading, refresh: run }
}
