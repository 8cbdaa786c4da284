import { useNavigate, useParams, useSearchParams } from '@solidjs/router'
import { Show } from 'solid-js'
import { createEntity, type Entity, labelOf, putEntity, readEntity } from '../../data/entities.ts'
import { forgetLabels } from '../../data/labels.ts'
import { createQuery } from '../../data/query.ts'
import { referencesOf } from '../../data/related.ts'
import { type Kind, kindNamed, kinds } from '../../data/schemas.ts'
import { fieldsOf } from '../../forms/field.ts'
import { createForm } from '../../forms/form.tsx'
import { SchemaForm } from '../../forms/schema-form.tsx'
import { words } from '../../forms/words.ts'
import { LoadFailure } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { CardSkeleton } from '../../ui/skeleton.tsx'
import { notify } from '../../ui/toast.tsx'
import { useGroup } from '../frame/group-context.ts'
import { NotFound } from '../frame/not-found.tsx'
import { kindWord } from './delete.tsx'
import { sectionsOf } from './sections.ts'

const kindHere = () => {
  const params = useParams<{ collection: string }>()
  return () => kinds()?.find((one) => one.plural === params.collection)
}

export const EntityNewPage = () => {
  const kind = kindHere()
  return (
    <Show when={kind()} keyed fallback={<NotFound />}>
      {(found) => <EntityForm kind={found} entity={undefined} />}
    </Show>
  )
}

export const EntityEditPage = () => {
  const params = useParams<{ id: string }>()
  const group = useGroup()
  const kind = kindHere()
  const entity = createQuery(
    () => kind() && { id: params.id, kind: kind()?.name },
    async ({ id }, signal) => {
      const found = kind()
      return found && readEntity(group.name(), found, id, signal)
    },
  )
  return (
    <Show when={kind()} keyed fallback={<NotFound />}>
      {(found) => (
        <Show
          when={!entity.error()}
          fallback={
            <LoadFailure
              what={kindWord(found)}
              error={entity.error()}
              retry={() => void entity.refresh()}
            />
          }
        >
          <Show when={entity.data()} keyed fallback={<CardSkeleton label="Loading" class="h-96" />}>
            {(loaded) => <EntityForm kind={found} entity={loaded} />}
          </Show>
        </Show>
      )}
    </Show>
  )
}

/** Makes or changes one entity of any kind but plugins. */
const EntityForm = (props: { kind: Kind; entity: Entity | undefined }) => {
  const group = useGroup()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const { kind, entity } = props
  const fields = fieldsOf(kind.schema)
  let saved: Entity | undefined

  /** References that the address presets: `?service=<id>`. */
  const preset = Object.fromEntries(
    referencesOf(kind).flatMap(({ field }) => {
      const id = search[field]
      return typeof id === 'string' ? [[field, { id }]] : []
    }),
  )
  const owner = referencesOf(kind).find(({ field, to }) => field === to && preset[field])
  const ownerId = owner && preset[owner.field]?.id
  const back = () => {
    if (owner && ownerId) {
      return group.href(`/${kindNamed(owner.to)?.plural}/${ownerId}?tab=${kind.plural}`)
    }
    return group.href(entity ? `/${kind.plural}/${entity.id}` : `/${kind.plural}`)
  }

  const form = createForm({
    group: group.name(),
    fields,
    entity: entity ?? preset,
    send: async (body) => {
      saved = entity
        ? await putEntity(group.name(), kind, entity.id, {
            ...body,
            created_at: entity.created_at,
          })
        : await createEntity(group.name(), kind, body)
    },
  })
  const done = () => {
    forgetLabels()
    if (!saved) return
    notify(`${labelOf(kind, saved)} was ${entity ? 'saved' : 'created'}.`)
    navigate(owner && !entity ? back() : group.href(`/${kind.plural}/${saved.id}`))
  }

  return (
    <>
      <PageHeader
        title={entity ? `Edit ${labelOf(kind, entity)}` : `New ${kindWord(kind)}`}
        crumbs={[
          { label: words(kind.plural), href: group.href(`/${kind.plural}`) },
          ...(entity ? [{ label: labelOf(kind, entity), href: back() }] : []),
        ]}
      >
        {entity ? undefined : kind.summary}
      </PageHeader>
      <SchemaForm
        form={form}
        sections={sectionsOf(kind, fields)}
        action={entity ? 'Save' : `Create ${kindWord(kind)}`}
        cancel={back()}
        onDone={done}
      />
    </>
  )
}
