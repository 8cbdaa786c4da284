import { For, Match, Show, Switch } from 'solid-js'
import { Prose } from '../ui/prose.tsx'
import { ChipsControl } from './chips.tsx'
import { ChoicesControl } from './choices.tsx'
import type { Field } from './field.ts'
import { controlId, useForm } from './form.tsx'
import { describedBy, Frame, Problem, WireName } from './frame.tsx'
import { ListControl } from './list.tsx'
import { MapControl } from './map.tsx'
import { RecordControl } from './record.tsx'
import { ReferenceControl } from './reference.tsx'
import {
  EnumControl,
  NumberControl,
  TextAreaControl,
  TextControl,
  YesNoControl,
} from './simple.tsx'
import type { Path } from './values.ts'

const several = new Set(['choices', 'list', 'map'])
const short = new Set(['number', 'enum', 'reference'])

/** One field with its label, hint and problem: the whole form generator is this, field by field. */
export const FieldView = (props: { field: Field; path: Path }) => (
  <Switch
    fallback={
      <Frame field={props.field} path={props.path} group={several.has(props.field.kind)}>
        <Control field={props.field} path={props.path} />
      </Frame>
    }
  >
    <Match when={props.field.kind === 'record' && props.field}>
      {(field) => <RecordControl field={field()} path={props.path} />}
    </Match>
    <Match when={props.field.kind === 'boolean' && isPlain(props.field)}>
      <CheckField field={props.field} path={props.path} />
    </Match>
  </Switch>
)

/** A boolean that is never unset: null only stands for its default. */
const isPlain = (field: Field) => !field.nullable || typeof field.fallback === 'boolean'

/** A control alone: what stands inside a frame, a row of a map, or an item of a list. */
export const Control = (props: { field: Field; path: Path; label?: string }) => {
  const field = props.field
  switch (field.kind) {
    case 'text':
      return <TextControl field={field} path={props.path} label={props.label} />
    case 'number':
      return <NumberControl field={field} path={props.path} label={props.label} />
    case 'textarea':
    case 'json':
      return <TextAreaControl field={field} path={props.path} label={props.label} />
    case 'enum':
      return <EnumControl field={field} path={props.path} label={props.label} />
    case 'boolean':
      return <YesNoControl field={field} path={props.path} label={props.label} />
    case 'choices':
      return <ChoicesControl field={field} path={props.path} />
    case 'chips':
      return <ChipsControl field={field} path={props.path} label={props.label} />
    case 'list':
      return <ListControl field={field} path={props.path} />
    case 'map':
      return <MapControl field={field} path={props.path} />
    case 'record':
      return <RecordControl field={field} path={props.path} />
    case 'reference':
      return <ReferenceControl field={field} path={props.path} />
  }
}

/** Fields under each other; short controls share a line where there is room. */
export const FieldGrid = (props: { fields: Field[]; at: Path }) => (
  <div class="grid gap-5 sm:grid-cols-2">
    <For each={props.fields}>
      {(field) => (
        <div class={`min-w-0 ${short.has(field.kind) ? '' : 'sm:col-span-2'}`}>
          <FieldView field={field} path={[...props.at, field.name]} />
        </div>
      )}
    </For>
  </div>
)

const CheckField = (props: { field: Field; path: Path }) => {
  const form = useForm()
  const id = () => controlId(props.path)
  return (
    <div class="flex items-start gap-3">
      <input
        type="checkbox"
        id={id()}
        class="mt-0.5 size-4 shrink-0 accent-accent-fill"
        checked={form.at(props.path) === true}
        aria-describedby={describedBy(props.path)}
        aria-invalid={form.problem(props.path) !== undefined}
        onChange={(event) => form.set(props.path, event.currentTarget.checked)}
      />
      <div class="min-w-0">
        <label for={id()} class="flex items-baseline gap-1 font-medium">
          {props.field.label}
          <WireName field={props.field} />
        </label>
        <Show when={props.field.description}>
          <p id={`${id()}-hint`} class="text-[13px] leading-5 text-muted">
            <Prose text={props.field.description ?? ''} />
          </p>
        </Show>
        <Problem path={props.path} />
      </div>
    </div>
  )
}
