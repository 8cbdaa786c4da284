import Eye from 'lucide-solid/icons/eye'
import EyeOff from 'lucide-solid/icons/eye-off'
import { createSignal, For, type JSX, Show } from 'solid-js'
import type { Entity } from '../../data/entities.ts'
import type { Kind } from '../../data/schemas.ts'
import { type Field, fieldsOf } from '../../forms/field.ts'
import { Tag } from '../../ui/badge.tsx'
import { CodeBlock, CopyButton } from '../../ui/copy.tsx'
import { Time } from '../../ui/time.tsx'
import { Cell } from './cells.tsx'

/** Everything that an entity says, to read; and the same as JSON, to take along. */
export const Settings = (props: { kind: Kind; entity: Entity }) => {
  const fields = () => fieldsOf(props.kind.schema)
  const json = () => JSON.stringify(withoutSecrets(fields(), props.entity), null, 2)
  return (
    <div class="grid gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <dl class="card divide-y divide-line self-start">
        <Line label="Id">
          <span class="flex items-center gap-1">
            <span class="code truncate" title={props.entity.id}>
              {props.entity.id}
            </span>
            <CopyButton text={props.entity.id} label="Copy id" class="-my-1.5" />
          </span>
        </Line>
        <For each={fields()}>
          {(field) => (
            <Line label={field.label}>
              <Value field={field} entity={props.entity} />
            </Line>
          )}
        </For>
        <Line label="Created">
          <Time at={props.entity.created_at} />
        </Line>
        <Show when={props.entity.updated_at}>
          <Line label="Changed">
            <Time at={props.entity.updated_at} />
          </Line>
        </Show>
      </dl>
      <section class="min-w-0">
        <h2 class="mb-2">As JSON</h2>
        <CodeBlock label="JSON" text={json()} />
      </section>
    </div>
  )
}

const Line = (props: { label: string; children: JSX.Element }) => (
  <div class="grid gap-x-4 px-4 py-2 sm:grid-cols-[12rem_minmax(0,1fr)]">
    <dt class="text-muted">{props.label}</dt>
    <dd class="min-w-0 break-words">{props.children}</dd>
  </div>
)

const Value = (props: { field: Field; entity: Entity }) => {
  const value = () => props.entity[props.field.name]
  const nested = () => props.field.kind === 'record' || props.field.kind === 'list'
  return (
    <Show
      when={!(props.field.secret && typeof value() === 'string')}
      fallback={<Secret text={String(value())} label={props.field.label} />}
    >
      <Show
        when={nested() && value() !== null}
        fallback={
          <Show
            when={props.field.name !== 'tags' || !Array.isArray(value())}
            fallback={
              <span class="flex flex-wrap gap-1">
                <For each={value() as string[]}>{(tag) => <Tag>{tag}</Tag>}</For>
              </span>
            }
          >
            <div class="[overflow-wrap:anywhere]">
              <Cell field={props.field} name={props.field.name} entity={props.entity} />
            </div>
          </Show>
        }
      >
        <pre class="code max-h-60 overflow-auto whitespace-pre-wrap">
          {JSON.stringify(value(), null, 2)}
        </pre>
      </Show>
    </Show>
  )
}

/** A secret: hidden until somebody asks for it. */
export const Secret = (props: { text: string; label: string }) => {
  const [shown, setShown] = createSignal(false)
  return (
    <span class="flex min-w-0 items-center gap-1">
      <span class="code min-w-0 flex-1 truncate" title={shown() ? props.text : undefined}>
        {shown() ? props.text : '•'.repeat(16)}
      </span>
      <button
        type="button"
        class="icon-button -my-1.5"
        aria-pressed={shown()}
        aria-label={`Show ${props.label}`}
        onClick={() => setShown(!shown())}
      >
        <Show when={shown()} fallback={<Eye size={16} />}>
          <EyeOff size={16} />
        </Show>
      </button>
      <CopyButton text={props.text} label={`Copy ${props.label}`} class="-my-1.5" />
    </span>
  )
}

const withoutSecrets = (fields: Field[], entity: Entity): Entity => {
  const shown = { ...entity }
  for (const field of fields) {
    if (field.secret && shown[field.name] !== null) shown[field.name] = '********'
  }
  return shown
}
