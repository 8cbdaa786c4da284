import { createMemo, createSignal, For, type JSX, Show } from 'solid-js'
import type { AlignedData } from 'uplot'
import {
  type Range,
  ranges,
  readTraffic,
  type StatusClass,
  type Traffic,
  type TrafficFilter,
} from '../../data/groups.ts'
import { createQuery } from '../../data/query.ts'
import { Chart, type ChartSeries } from '../../ui/chart.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { useGroup } from '../frame/group-context.ts'
import { bytesText, countText, latencyText, shareText } from './format.ts'

const REFRESH_MS = 5_000
const names: Record<Range, string> = { '15m': '15 minutes', '1h': 'hour', '24h': '24 hours' }

const classes: { id: StatusClass; token: string; dot: string }[] = [
  { id: '2xx', token: 'class-2', dot: 'bg-class-2' },
  { id: '3xx', token: 'class-3', dot: 'bg-class-3' },
  { id: '4xx', token: 'class-4', dot: 'bg-class-4' },
  { id: '5xx', token: 'class-5', dot: 'bg-class-5' },
]
const percentiles = [
  { id: 'p50', dot: 'bg-p50' },
  { id: 'p95', dot: 'bg-p95' },
  { id: 'p99', dot: 'bg-p99' },
] as const

/** Stacked: each bar stands behind the ones that are part of it, so the highest sum is drawn first. */
const bars: ChartSeries[] = classes
  .map(({ id, token }) => ({ label: id, color: token, kind: 'bars' as const }))
  .reverse()
const lines: ChartSeries[] = percentiles.map(({ id }) => ({ label: id, color: id, kind: 'line' }))

/** Requests by status class and latencies, of a group or of something in it. Keeps itself up to date. */
const TrafficCard = (props: { only?: TrafficFilter }) => {
  const group = useGroup()
  const [range, setRange] = createSignal<Range>('15m')
  const [point, setPoint] = createSignal<number | null>(null)
  const traffic = createQuery(
    () => ({ range: range(), only: props.only }),
    ({ range: asked, only }, signal) => readTraffic(group.name(), asked, only, signal),
    { everyMs: REFRESH_MS, keep: true },
  )
  return (
    <section class="card min-w-0" aria-labelledby="traffic-heading">
      <header class="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b px-4 py-2.5">
        <h2 id="traffic-heading" class="flex-1">
          Traffic
        </h2>
        <fieldset class="flex rounded-md border border-line bg-sunken p-0.5">
          <legend class="visually-hidden">Range</legend>
          <For each={ranges}>
            {(one) => (
              <label class="flex h-7 cursor-pointer items-center rounded px-2.5 text-muted hover:text-ink has-checked:bg-surface has-checked:font-medium has-checked:text-accent has-checked:shadow-card has-focus-visible:outline-2 has-focus-visible:outline-accent">
                <input
                  type="radio"
                  name="range"
                  class="visually-hidden"
                  checked={range() === one}
                  onChange={() => setRange(one)}
                />
                {one}
              </label>
            )}
          </For>
        </fieldset>
      </header>
      <Loaded
        query={traffic}
        what="traffic"
        skeleton={<div class="m-4 h-[318px] skeleton" role="status" aria-label="Loading traffic" />}
      >
        {(data) => (
          <Content traffic={data()} name={names[range()]} point={point()} setPoint={setPoint} />
        )}
      </Loaded>
    </section>
  )
}

const Content = (props: {
  traffic: Traffic
  name: string
  point: number | null
  setPoint: (index: number | null) => void
}) => {
  const totals = () => props.traffic.totals
  const byClass = (id: StatusClass) =>
    (totals().by_class[id] ?? 0) + (id === '2xx' ? (totals().by_class['1xx'] ?? 0) : 0)
  const requests = createMemo(() => stacked(props.traffic))
  const latencies = createMemo(() => latencyData(props.traffic))
  const said = () =>
    `${countText(totals().requests)} requests in the last ${props.name}: ${classes
      .map(({ id }) => `${countText(byClass(id))} ${id}`)
      .join(', ')}`
  return (
    <>
      <dl class="grid grid-cols-3 gap-x-6 gap-y-3 px-4 pt-4 sm:flex sm:flex-wrap sm:gap-x-10">
        <Figure label="Requests" value={countText(totals().requests)} />
        <Figure
          label="Server errors"
          value={shareText(byClass('5xx'), totals().requests)}
          bad={byClass('5xx') > 0}
        />
        <Figure label="Client errors" value={shareText(byClass('4xx'), totals().requests)} />
        <For each={percentiles}>
          {({ id }) => <Figure label={id} value={latencyText(totals()[id])} />}
        </For>
        <Figure label="Received" value={bytesText(totals().request_bytes)} />
        <Figure label="Sent" value={bytesText(totals().response_bytes)} />
      </dl>
      <Show
        when={totals().requests > 0}
        fallback={
          <div class="m-4 flex h-[244px] items-center justify-center rounded-md bg-sunken text-muted">
            No requests in the last {props.name}
          </div>
        }
      >
        <div class="grid gap-x-8 gap-y-2 p-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
          <Plot
            title={`Requests each ${stepText(props.traffic.step_seconds)}`}
            legend={classes.map(({ id, dot }) => ({ label: id, dot }))}
            readout={pointText(props.traffic, props.point, 'requests')}
          >
            <Chart
              whole
              data={requests()}
              series={bars}
              label={said()}
              height={220}
              format={countText}
              onPoint={props.setPoint}
            />
          </Plot>
          <Plot
            title="Latency"
            legend={percentiles.map(({ id, dot }) => ({ label: id, dot }))}
            readout={pointText(props.traffic, props.point, 'latency')}
          >
            <Chart
              data={latencies()}
              series={lines}
              label={`Latency in the last ${props.name}: p50 ${latencyText(totals().p50)}, p95 ${latencyText(totals().p95)}, p99 ${latencyText(totals().p99)}`}
              height={220}
              format={latencyText}
              onPoint={props.setPoint}
            />
          </Plot>
        </div>
      </Show>
    </>
  )
}

const Figure = (props: { label: string; value: string; bad?: boolean }) => (
  <div>
    <dt class="text-muted text-xs">{props.label}</dt>
    <dd
      class={`whitespace-nowrap font-semibold text-[17px] leading-6 ${props.bad ? 'text-danger' : ''}`}
    >
      {props.value}
    </dd>
  </div>
)

const Plot = (props: {
  title: string
  legend: { label: string; dot: string }[]
  readout: string
  children: JSX.Element
}) => (
  <figure class="min-w-0">
    <figcaption class="mb-1 flex h-5 items-center gap-x-4 overflow-hidden whitespace-nowrap text-xs">
      <span class="font-medium">{props.title}</span>
      <span class="min-w-0 flex-1 truncate text-right text-muted">
        <Show when={props.readout === ''} fallback={props.readout}>
          <span class="inline-flex gap-3">
            <For each={props.legend}>
              {({ label, dot }) => (
                <span class="inline-flex items-center gap-1.5">
                  <span class={`size-2 rounded-[2px] ${dot}`} aria-hidden="true" />
                  {label}
                </span>
              )}
            </For>
          </span>
        </Show>
      </span>
    </figcaption>
    {props.children}
  </figure>
)

const seconds = (at: string): number => Date.parse(at) / 1000

const stacked = ({ series }: Traffic): AlignedData => {
  const sums = classes.map((_, index) =>
    series.map((point) =>
      classes
        .slice(0, index + 1)
        .reduce((sum, { id }) => sum + (point.by_class[id] ?? 0), point.by_class['1xx'] ?? 0),
    ),
  )
  return [series.map(({ at }) => seconds(at)), ...sums.reverse()]
}

const latencyData = ({ series }: Traffic): AlignedData => [
  series.map(({ at }) => seconds(at)),
  ...percentiles.map(({ id }) => series.map((point) => point[id])),
]

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

const pointText = (
  { series }: Traffic,
  index: number | null,
  what: 'requests' | 'latency',
): string => {
  const point = index === null ? undefined : series[index]
  if (!point) return ''
  const at = clock.format(new Date(point.at))
  if (what === 'latency') {
    return `${at}  ${percentiles.map(({ id }) => `${id} ${latencyText(point[id])}`).join('  ')}`
  }
  const parts = classes
    .filter(({ id }) => (point.by_class[id] ?? 0) > 0)
    .map(({ id }) => `${id} ${countText(point.by_class[id] ?? 0)}`)
  return `${at}  ${parts.length > 0 ? parts.join('  ') : 'no requests'}`
}

const stepText = (step: number): string => {
  if (step < 60) return `${step} s`
  return step === 60 ? 'minute' : `${step / 60} minutes`
}

export default TrafficCard
