import CircleAlert from 'lucide-solid/icons/circle-alert'
import { Show } from 'solid-js'
import { Time } from '../../ui/time.tsx'
import { useGroup } from '../frame/group-context.ts'
import { Problems } from '../runtimes/problems.tsx'

/** Why the present configuration does not reach the runtimes, when it does not. */
export const PublishFailure = () => {
  const group = useGroup()
  return (
    <Show when={group.group.data()?.publishing?.last_error}>
      {(error) => (
        <section role="alert" class="card border-danger/60 p-4">
          <h2 class="flex items-center gap-2">
            <CircleAlert size={18} class="text-danger" />
            The latest changes are not published
          </h2>
          <p class="mt-1">
            Runtimes go on with the version before. {error().message}{' '}
            <span class="text-muted">
              (<Time at={error().at} />)
            </span>
          </p>
          <Problems problems={error().entities} />
        </section>
      )}
    </Show>
  )
}
