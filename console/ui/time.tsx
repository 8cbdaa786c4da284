import { createMemo, createSignal } from 'solid-js'

const [now, setNow] = createSignal(Date.now())
setInterval(() => setNow(Date.now()), 10_000)

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/** How long ago, in the largest unit that fits. */
export const ago = (at: Date, nowMs: number): string => {
  const seconds = Math.round((at.getTime() - nowMs) / 1000)
  const step = steps.find(([, length]) => Math.abs(seconds) >= length)
  if (!step) return 'just now'
  return relative.format(Math.trunc(seconds / step[1]), step[0])
}

/** A moment: how long ago, exactly on hover. Takes RFC 3339 or epoch seconds. */
export const Time = (props: { at: string | number | null | undefined; none?: string }) => {
  const date = createMemo(() => {
    if (props.at === null || props.at === undefined) return undefined
    const moment = new Date(typeof props.at === 'number' ? props.at * 1000 : props.at)
    return Number.isNaN(moment.getTime()) ? undefined : moment
  })
  return (
    <time
      class="whitespace-nowrap"
      dateTime={date()?.toISOString()}
      title={date() && exact.format(date())}
    >
      {date() ? ago(date() as Date, now()) : (props.none ?? 'never')}
    </time>
  )
}
