import { A } from '@solidjs/router'
import { For, Show } from 'solid-js'
import type { EntityProblem } from '../../data/groups.ts'
import { createLabel } from '../../data/labels.ts'
import { kinds } from '../../data/schemas.ts'
import { useGroup } from '../frame/group-context.ts'

/** What is wrong with single entities, each with the way to it. */
export const Problems = (props: { problems: EntityProblem[] }) => (
  <Show when={props.problems.length > 0}>
    <ul class="mt-3 divide-y divide-line border-line border-t">
      <For each={props.problems}>{(problem) => <Line problem={problem} />}</For>
    </ul>
  </Show>
)

const Line = (props: { problem: EntityProblem }) => {
  const group = useGroup()
  const kind = () =>
    kinds()?.find(({ name, plural }) => [name, plural].includes(props.problem.kind))
  const label = createLabel(
    group.name,
    () => kind()?.name ?? '',
    () => props.problem.id,
  )
  return (
    <li class="flex flex-wrap gap-x-4 gap-y-0.5 py-2">
      <span class="w-56 shrink-0 truncate">
        <span class="text-muted">{kind()?.name.replaceAll('_', ' ') ?? props.problem.kind} </span>
        <Show when={kind()} fallback={<span class="code">{props.problem.id}</span>}>
          {(known) => (
            <A class="link underline" href={group.href(`/${known().plural}/${props.problem.id}`)}>
              {label()}
            </A>
          )}
        </Show>
      </span>
      <span class="min-w-0 flex-1 basis-60 break-words">{props.problem.message}</span>
    </li>
  )
}
