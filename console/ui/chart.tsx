import { createEffect, on, onCleanup, onMount } from 'solid-js'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { theme } from './theme.tsx'

export interface ChartSeries {
  label: string
  /** Name of a colour token: `class-2`. */
  color: string
  kind: 'bars' | 'line'
}

export interface ChartProps {
  /** Epoch seconds, then one list for each series. Null: nothing to draw. */
  data: uPlot.AlignedData
  series: ChartSeries[]
  /** What it shows, for those who cannot see it. */
  label: string
  height: number
  /** Formats values of the vertical axis. */
  format: (value: number) => string
  /** The vertical axis counts things: no fractions. */
  whole?: boolean
  /** The moment under the pointer, by its place in the data. */
  onPoint: (index: number | null) => void
}

const wholeSteps = Array.from({ length: 12 }, (_, power) => 10 ** power).flatMap((ten) => [
  ten,
  2 * ten,
  5 * ten,
])

const FONT = '11px ui-sans-serif, system-ui, "Open Sans", sans-serif'

/** A chart over time, drawn by uPlot in the colours of the theme. */
export const Chart = (props: ChartProps) => {
  let box: HTMLDivElement | undefined
  let plot: uPlot | undefined

  const draw = () => {
    if (!box) return
    plot?.destroy()
    plot = new uPlot(optionsOf(props, box), props.data, box)
  }
  onMount(() => {
    draw()
    const resize = new ResizeObserver(([entry]) => {
      if (entry && plot) plot.setSize({ width: entry.contentRect.width, height: props.height })
    })
    if (box) resize.observe(box)
    const system = window.matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', draw)
    onCleanup(() => {
      resize.disconnect()
      system.removeEventListener('change', draw)
      plot?.destroy()
    })
  })
  createEffect(on(theme, draw, { defer: true }))
  createEffect(
    on(
      () => props.data,
      (data) => plot?.setData(data),
      { defer: true },
    ),
  )
  return (
    <div
      ref={box}
      role="img"
      aria-label={props.label}
      class="min-w-0 overflow-hidden"
      style={{ height: `${props.height}px` }}
    />
  )
}

const optionsOf = (props: ChartProps, box: HTMLElement): uPlot.Options => {
  const color = (token: string) => resolved(box, token)
  const grid = { stroke: color('line'), width: 1 }
  const axis = { stroke: color('muted'), font: FONT, grid, ticks: { show: false } }
  return {
    width: Math.max(box.clientWidth, 100),
    height: props.height,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { show: false },
    },
    scales: { x: { range: wider }, y: { range: (_, __, max) => [0, Math.max(max * 1.08, 1)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 28, gap: 4, space: 72, values: times },
      {
        ...axis,
        size: 56,
        space: 36,
        ...(props.whole ? { incrs: wholeSteps } : {}),
        values: (_, splits) => splits.map((split) => props.format(split)),
      },
    ],
    series: [
      {},
      ...props.series.map(({ label, color: token, kind }): uPlot.Series => {
        const stroke = color(token)
        if (kind === 'line') {
          return {
            label,
            stroke,
            width: 1.5,
            spanGaps: false,
            points: { show: true, size: 4, fill: stroke, filter: alone },
          }
        }
        const paths = uPlot.paths.bars?.({ size: [0.8, 24], gap: 0 })
        return {
          label,
          fill: stroke,
          width: 0,
          points: { show: false },
          ...(paths ? { paths } : {}),
        }
      }),
    ],
    hooks: { setCursor: [(self) => props.onPoint(self.cursor.idx ?? null)] },
  }
}

/** Half a step of room at both ends, or the first and last bars would be cut. */
const wider: uPlot.Scale.Range = (self, low, high) => {
  const [first = 0, second = 0] = self.data[0] ?? []
  const half = (second - first) / 2
  return [(low ?? 0) - half, (high ?? 0) + half]
}

/** Only moments without neighbours get a point: no line leads to them. */
const alone: uPlot.Series.Points.Filter = (self, index) => {
  const values = self.data[index] ?? []
  const there = (at: number) => values[at] !== null && values[at] !== undefined
  return [...values.keys()].filter((at) => there(at) && !there(at - 1) && !there(at + 1))
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const times: uPlot.Axis.DynamicValues = (_, splits) =>
  splits.map((seconds) => clock.format(seconds * 1000))

/** A token's colour in the present theme: canvases cannot read CSS variables. */
const resolved = (box: HTMLElement, token: string): string => {
  const probe = document.createElement('span')
  probe.style.color = `var(--${token})`
  box.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
