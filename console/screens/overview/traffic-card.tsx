import { lazy, Suspense } from 'solid-js'
import type { TrafficFilter } from '../../data/groups.ts'
import { Contained } from '../../ui/broken.tsx'
import { makeLanguageUsable } from '../../ui/language.ts'
import { CardSkeleton } from '../../ui/skeleton.tsx'

/** The drawing of charts is loaded when the first one is shown. */
const Loaded = lazy(() => {
  makeLanguageUsable()
  return import('./traffic.tsx')
})

/** Traffic of the group, or of what `only` names in it. */
export const TrafficCard = (props: { only?: TrafficFilter }) => (
  <Contained>
    <Suspense fallback={<CardSkeleton label="Loading traffic" class="h-[390px]" />}>
      <Loaded {...(props.only ? { only: props.only } : {})} />
    </Suspense>
  </Contained>
)
