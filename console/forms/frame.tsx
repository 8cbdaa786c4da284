import { type JSX, Show } from 'solid-js'
import { Prose } from '../ui/prose.tsx'
import type { Field } from './field.ts'
import { controlId, useForm } from './form.tsx'
import { sentenceOf } from './problems.ts'
import type { Path } from './values.ts'

/** What assistive technology should read after a control's label. */
export const describedBy = (path: Path): string =>
  `${controlId(path)}-hint ${controlId(path)}-problem`

/** Label, hint and problem round one control. `group`: the control is several, so the label names them all. */
export const Frame = (props: {
  field: Field
  path: Path
  group?: boolean
  children: JSX.Element
}) => {
  const id = () => controlId(props.path)
  const label = () => (
    <>
      {props.field.label}
      <Show when={props.field.required}>
        <span class="text-danger" aria-hidden="true">
          *
        </span>
        <span class="visually-hidden"> (required)</span>
      </Show>
      <WireName field={props.field} />
    </>
  )
  return (
    <div class="flex min-w-0 flex-col gap-1">
      <Show
        when={props.group}
        fallback={
          <label for={id()} class="flex items-baseline gap-1 font-medium">
            {label()}
          </label>
        }
      >
        <div id={`${id()}-label`} class="flex items-baseline gap-1 font-medium">
          {label()}
        </div>
      </Show>
      <Show
        when={props.group}
        fallback={
          <>
            {props.children}
            <Below field={props.field} path={props.path} />
          </>
        }
      >
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out with its label outside */}
        <div
          role="group"
          id={id()}
          tabindex={-1}
          aria-labelledby={`${id()}-label`}
          aria-describedby={describedBy(props.path)}
          class="flex flex-col gap-1 outline-none"
        >
          {props.children}
        </div>
        <Below field={props.field} path={props.path} />
      </Show>
    </div>
  )
}

/** The name that the field has in the API and in declarative files. */
export const WireName = (props: { field: Field }) => (
  <Show when={props.field.label.toLowerCase() !== props.field.name}>
    <span class="code ml-1 truncate font-normal text-[11px] text-muted" aria-hidden="true">
      {props.field.name}
    </span>
  </Show>
)

const Below = (props: { field: Field; path: Path }) => (
  <>
    <Problem path={props.path} />
    <Show when={hintOf(props.field)}>
      {(hint) => (
        <p id={`${controlId(props.path)}-hint`} class="text-[13px] leading-5 text-muted">
          <Prose text={hint()} />
        </p>
      )}
    </Show>
  </>
)

/** The problem that the API found at a path, if it found one. */
export const Problem = (props: { path: Path }) => {
  const form = useForm()
  return (
    <Show when={form.problem(props.path)}>
      {(message) => (
        <p
          id={`${controlId(props.path)}-problem`}
          class="font-medium text-[13px] leading-5 text-danger"
        >
          {sentenceOf(message())}
        </p>
      )}
    </Show>
  )
}

const hintOf = (field: Field): string => {
  const parts = [field.description]
  if (field.kind === 'number' && (field.low !== undefined || field.high !== undefined)) {
    parts.push(boundsOf(field.low, field.high))
  }
  const shown = typeof field.fallback === 'string' || typeof field.fallback === 'number'
  if (shown && field.fallback !== '' && field.kind !== 'json') {
    parts.push(`Default: ${field.fallback}.`)
  }
  return parts.filter(Boolean).join(' ')
}

const boundsOf = (low: number | undefined, high: number | undefined): string => {
  if (high === undefined) return low === 0 || low === 1 ? '' : `At least ${low}.`
  return low === undefined ? `At most ${high}.` : `${low} to ${high}.`
}
