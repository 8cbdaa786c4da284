import { A } from '@solidjs/router'
import { For, type JSX, Show } from 'solid-js'
import type { Entity } from '../../data/entities.ts'
import { createLabel } from '../../data/labels.ts'
import { kindNamed } from '../../data/schemas.ts'
import type { Field } from '../../forms/field.ts'
import { Badge, Tag } from '../../ui/badge.tsx'
import { Time } from '../../ui/time.tsx'
import { useGroup } from '../frame/group-context.ts'

const TAGS_SHOWN = 2
const MASK = '••••••••'
const none = () => <span class="nothing text-muted">–</span>

/** A link to the entity that a field points at, under its own name. */
export const ReferenceLink = (props: { to: string; id: string }) => {
  const group = useGroup()
  const label = createLabel(
    group.name,
    () => props.to,
    () => props.id,
  )
  return (
    <A
      class="link"
      href={group.href(`/${kindNamed(props.to)?.plural}/${props.id}`)}
      title={label()}
    >
      {label()}
    </A>
  )
}

/** One value of an entity, short enough for a table. */
export const Cell = (props: {
  field: Field | undefined
  name: string
  entity: Entity
  onTag?: (tag: string) => void
}): JSX.Element => {
  const value = props.entity[props.name]
  const field = props.field
  if (props.name === 'created_at' || props.name === 'updated_at') {
    return <Time at={value as number} />
  }
  if (value === null || value === undefined || value === '') return none()
  if (field?.secret) return <span class="code text-muted">{MASK}</span>
  if (field?.kind === 'reference') {
    return <ReferenceLink to={field.references} id={(value as { id: string }).id} />
  }
  if (props.name === 'enabled') return <Enabled on={value === true} />
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  if (props.name === 'tags') return <TagList tags={value as string[]} onTag={props.onTag} />
  if (Array.isArray(value)) {
    if (value.length === 0) return none()
    const text = value.map(String).join(', ')
    return (
      <span class={props.name === 'paths' ? 'code' : ''} title={text}>
        {text}
      </span>
    )
  }
  if (typeof value === 'object') return <span class="code">{JSON.stringify(value)}</span>
  const text = firstLine(String(value))
  return <span title={String(value)}>{text}</span>
}

export const Enabled = (props: { on: boolean }) => (
  <Badge tone={props.on ? 'ok' : 'plain'} dot>
    {props.on ? 'Enabled' : 'Disabled'}
  </Badge>
)

const TagList = (props: { tags: string[]; onTag: ((tag: string) => void) | undefined }) => (
  <Show when={props.tags.length > 0} fallback={none()}>
    <span class="flex items-center gap-1">
      <For each={props.tags.slice(0, TAGS_SHOWN)}>
        {(tag) => <Tag onClick={props.onTag && (() => props.onTag?.(tag))}>{tag}</Tag>}
      </For>
      <Show when={props.tags.length > TAGS_SHOWN}>
        <span class="shrink-0 text-muted text-xs" title={props.tags.slice(TAGS_SHOWN).join(', ')}>
          +{props.tags.length - TAGS_SHOWN}
        </span>
      </Show>
    </span>
  </Show>
)

/** PEM and other long texts: what makes them recognisable, not their frame. */
const firstLine = (text: string): string => {
  if (!text.startsWith('-----BEGIN')) return text
  return `${text.split('\n')[1]?.slice(0, 24) ?? ''}…`
}
