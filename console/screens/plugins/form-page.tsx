import { useNavigate, useParams, useSearchParams } from '@solidjs/router'
import Trash from 'lucide-solid/icons/trash'
import { createSignal, For, Show } from 'solid-js'
import { createEntity, type Entity, putEntity, readEntity } from '../../data/entities.ts'
import { createQuery } from '../../data/query.ts'
import { kindNamed, type PluginKind, pluginNamed } from '../../data/schemas.ts'
import { mayWrite } from '../../data/session.ts'
import { createForm } from '../../forms/form.tsx'
import { SchemaForm } from '../../forms/schema-form.tsx'
import { words } from '../../forms/words.ts'
import { Button } from '../../ui/button.tsx'
import { Empty, LoadFailure } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { CardSkeleton } from '../../ui/skeleton.tsx'
import { notify } from '../../ui/toast.tsx'
import { DeleteEntity } from '../entities/delete.tsx'
import { Settings } from '../entities/settings.tsx'
import { useGroup } from '../frame/group-context.ts'
import { pluginFields, pluginSections, scopes } from './fields.ts'
import { Hosts } from './picker.tsx'

export const PluginNewPage = () => {
  const params = useParams<{ name: string }>()
  return (
    <Show
      when={pluginNamed(params.name)}
      keyed
      fallback={<Empty title={`There is no plugin ${params.name}`} />}
    >
      {(plugin) => <PluginForm plugin={plugin} entity={undefined} />}
    </Show>
  )
}

export const PluginEditPage = () => {
  const params = useParams<{ id: string }>()
  const group = useGroup()
  const entity = createQuery(
    () => params.id,
    async (id, signal) => {
      const kind = kindNamed('plugin')
      return kind && readEntity(group.name(), kind, id, signal)
    },
  )
  return (
    <Show
      when={!entity.error()}
      fallback={
        <LoadFailure what="plugin" error={entity.error()} retry={() => void entity.refresh()} />
      }
    >
      <Show when={entity.data()} keyed fallback={<CardSkeleton label="Loading" class="h-96" />}>
        {(loaded) => (
          <Show
            when={mayWrite() && pluginNamed(String(loaded.name))}
            keyed
            fallback={<Unknown entity={loaded} />}
          >
            {(plugin) => <PluginForm plugin={plugin} entity={loaded} />}
          </Show>
        )}
      </Show>
    </Show>
  )
}

/** A plugin that can only be read: the person may not change it, or this control plane does not know it. */
const Unknown = (props: { entity: Entity }) => {
  const group = useGroup()
  return (
    <>
      <PageHeader
        title={words(String(props.entity.name))}
        crumbs={[{ label: 'Plugins', href: group.href('/plugins') }]}
      />
      <Show when={kindNamed('plugin')}>
        {(kind) => <Settings kind={kind()} entity={props.entity} />}
      </Show>
    </>
  )
}

const PluginForm = (props: { plugin: PluginKind; entity: Entity | undefined }) => {
  const group = useGroup()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const [doomed, setDoomed] = createSignal<Entity>()
  const { plugin, entity } = props
  const kind = kindNamed('plugin')
  const fields = kind ? pluginFields(kind, plugin) : []
  const preset = Object.fromEntries(
    scopes.flatMap((one) => (typeof search[one] === 'string' ? [[one, { id: search[one] }]] : [])),
  )
  const form = createForm({
    group: group.name(),
    fields,
    entity: entity ?? preset,
    send: async (body) => {
      if (!kind) return
      const whole = { ...body, name: plugin.name }
      if (!entity) await createEntity(group.name(), kind, whole)
      else {
        await putEntity(group.name(), kind, entity.id, { ...whole, created_at: entity.created_at })
      }
    },
  })
  const back = () => {
    const owner = scopes.find((one) => preset[one])
    if (!owner) return group.href('/plugins')
    return group.href(`/${kindNamed(owner)?.plural}/${search[owner]}?tab=plugins`)
  }
  const example = (config: unknown) => {
    const now = form.values
    form.fill({ ...preset, enabled: now.enabled, config: config as Record<string, unknown> })
  }
  return (
    <>
      <PageHeader
        title={words(plugin.name)}
        crumbs={[
          { label: 'Plugins', href: group.href('/plugins') },
          ...(entity ? [] : [{ label: 'New plugin', href: group.href('/plugins/new') }]),
        ]}
        badge={
          <span class="flex gap-1">
            <Hosts hosts={plugin.hosts} />
          </span>
        }
        actions={
          entity && (
            <Button onClick={() => setDoomed(entity)}>
              <Trash size={16} />
              Delete
            </Button>
          )
        }
      >
        {plugin.summary}
      </PageHeader>
      <SchemaForm
        form={form}
        sections={pluginSections(fields, plugin)}
        action={entity ? 'Save' : 'Add plugin'}
        cancel={back()}
        onDone={() => {
          notify(`${words(plugin.name)} was ${entity ? 'saved' : 'added'}.`)
          navigate(back())
        }}
      >
        <Show when={!entity && plugin.examples.length > 0}>
          <div class="flex flex-wrap items-center gap-2">
            <span class="text-muted">Start from:</span>
            <For each={plugin.examples}>
              {({ summary, config }) => (
                <Button class="max-w-full" onClick={() => example(config)}>
                  <span class="truncate">{summary}</span>
                </Button>
              )}
            </For>
          </div>
        </Show>
      </SchemaForm>
      <Show when={kind}>
        {(known) => (
          <DeleteEntity
            kind={known()}
            entity={doomed()}
            close={() => setDoomed(undefined)}
            done={() => navigate(group.href('/plugins'))}
          />
        )}
      </Show>
    </>
  )
}
