import ChevronDown from 'lucide-solid/icons/chevron-down'
import { createEffect, createSignal, For, type JSX, Show } from 'solid-js'
import { Button, LinkButton } from '../ui/button.tsx'
import type { Field } from './field.ts'
import { FieldGrid } from './field-view.tsx'
import { type Form, FormProvider, useForm } from './form.tsx'
import { Guard } from './guard.tsx'
import { Summary } from './summary.tsx'
import type { Path } from './values.ts'

export interface Section {
  title: string
  note?: JSX.Element
  fields: Field[]
  /** Where its fields lie in the form's values. */
  at?: Path
  /** Closed at first: what most people never change. */
  folded?: boolean
}

/** A form made of fields, in sections; says what is wrong where it is wrong, and keeps what was typed. */
export const SchemaForm = (props: {
  form: Form
  sections: Section[]
  action: string
  /** Where Cancel leads. */
  cancel: string
  onDone: () => void
  children?: JSX.Element
}) => {
  let summary: HTMLElement | undefined
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (await props.form.submit()) props.onDone()
    else {
      summary?.focus({ preventScroll: true })
      summary?.scrollIntoView({ block: 'center' })
    }
  }
  return (
    <FormProvider value={props.form}>
      <Guard dirty={props.form.dirty} />
      <form class="flex max-w-3xl flex-col gap-5" novalidate autocomplete="off" onSubmit={submit}>
        <Summary
          ref={(element) => {
            summary = element
          }}
        />
        {props.children}
        <For each={props.sections.filter((section) => section.fields.length > 0)}>
          {(section) => <SectionView section={section} />}
        </For>
        <div class="sticky bottom-0 z-10 -mx-4 flex gap-2 border-line border-t bg-ground px-4 py-3 sm:mx-0 sm:px-0">
          <Button type="submit" tone="primary" busy={props.form.busy()}>
            {props.action}
          </Button>
          <LinkButton href={props.cancel}>Cancel</LinkButton>
        </div>
      </form>
    </FormProvider>
  )
}

const SectionView = (props: { section: Section }) => {
  const form = useForm()
  const [open, setOpen] = createSignal(!props.section.folded)
  const path = (field: Field): Path => [...(props.section.at ?? []), field.name]
  createEffect(() => {
    if (props.section.fields.some((field) => form.troubled(path(field)))) setOpen(true)
  })
  const fields = () => (
    <div class="p-4 sm:p-5">
      <FieldGrid fields={props.section.fields} at={props.section.at ?? []} />
    </div>
  )
  return (
    <section class="card">
      <Show
        when={props.section.folded}
        fallback={
          <header class="border-line border-b px-4 py-3 sm:px-5">
            <h2>{props.section.title}</h2>
            <Show when={props.section.note}>
              <p class="text-muted">{props.section.note}</p>
            </Show>
          </header>
        }
      >
        <h2>
          <button
            type="button"
            class="flex w-full items-center gap-2 rounded-lg px-4 py-3 text-left sm:px-5"
            aria-expanded={open()}
            onClick={() => setOpen(!open())}
          >
            <span class="shrink-0">{props.section.title}</span>
            <span class="min-w-0 flex-1 truncate font-normal text-[13px] text-muted">
              {props.section.fields.map((field) => field.label).join(', ')}
            </span>
            <ChevronDown
              size={18}
              class={`shrink-0 text-muted transition-transform ${open() ? 'rotate-180' : ''}`}
            />
          </button>
        </h2>
      </Show>
      <Show when={open()}>
        <div class={props.section.folded ? 'border-line border-t' : ''}>{fields()}</div>
      </Show>
    </section>
  )
}
