import { type Accessor, type JSX, Show } from 'solid-js'
import { messageOf } from '../data/errors.ts'
import type { Query } from '../data/query.ts'
import { LoadFailure } from './notice.tsx'

/**
 * What a query answered, or what stands in its place: its shape while it loads, the failure when it cannot. When only a
 * refresh fails, what is known stays, with a word that it may be old.
 */
export const Loaded = <T,>(props: {
  query: Query<T>
  what: string
  skeleton: JSX.Element
  children: (data: Accessor<NonNullable<T>>) => JSX.Element
}) => (
  <Show
    when={props.query.data()}
    fallback={
      <Show when={props.query.error()} fallback={props.skeleton}>
        <LoadFailure
          what={props.what}
          error={props.query.error()}
          retry={() => void props.query.refresh()}
        />
      </Show>
    }
  >
    {(data) => (
      <>
        <Show when={props.query.error()}>
          <p role="status" class="stale mb-3 rounded-md bg-warn-soft px-3 py-2 text-warn">
            This may be out of date: {messageOf(props.query.error())}
          </p>
        </Show>
        {props.children(data)}
      </>
    )}
  </Show>
)
