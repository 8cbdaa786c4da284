import { createMemoryHistory, MemoryRouter, Route } from '@solidjs/router'
import { render } from '@solidjs/testing-library'
import { vi } from 'vitest'
import * as z from 'zod'
import { kindByName, kinds } from '#model/index'
import type { EntityKind } from '#model/kit'
import { type JsonSchema, type Kind, loadSchemas } from '../../console/data/schemas.ts'
import { type Field, fieldsOf } from '../../console/forms/field.ts'
import { createForm } from '../../console/forms/form.tsx'
import { SchemaForm, type Section } from '../../console/forms/schema-form.tsx'

const schemaOf = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema

export const described = (kind: EntityKind): Kind => ({
  name: kind.name,
  plural: kind.plural,
  path: kind.path,
  summary: kind.summary,
  key: kind.key ?? null,
  nested: kind.nested ?? null,
  schema: schemaOf(kind.input),
  list_columns: [kind.key ?? 'id', 'tags', 'created_at'],
})

export const kindOf = (name: string): EntityKind => {
  const kind = kindByName.get(name)
  if (!kind) throw new Error(`no kind ${name}`)
  return kind
}

export const fieldsOfKind = (name: string): Field[] => fieldsOf(described(kindOf(name)).schema)

/** Answers the API's paths from a table; records what was asked. */
export const answerApi = async (
  answers: Record<string, unknown> = {},
): Promise<{ asked: string[] }> => {
  const asked: string[] = []
  const all: Record<string, unknown> = {
    '/v2/schemas': kinds.map(described),
    '/v2/schemas/plugins': [],
    ...answers,
  }
  vi.stubGlobal('fetch', async (input: string) => {
    asked.push(input)
    const path = input.split('?')[0] ?? ''
    return path in all
      ? Response.json(all[path])
      : Response.json({ message: 'Not found' }, { status: 404 })
  })
  await loadSchemas()
  return { asked }
}

export interface Opened {
  /** Bodies that the form sent, in order. */
  sent: Record<string, unknown>[]
  container: HTMLElement
}

export interface FormUnderTest {
  fields: Field[]
  entity?: Record<string, unknown>
  sections?: Section[]
  /** What the API answers: throws what it refuses with. */
  send?: (body: Record<string, unknown>) => void
}

/** A form as it stands on a page. */
export const openForm = ({ fields, entity, sections, send }: FormUnderTest): Opened => {
  const sent: Record<string, unknown>[] = []
  const history = createMemoryHistory()
  const Page = () => {
    const form = createForm({
      group: 'default',
      fields,
      entity,
      send: async (body) => {
        sent.push(body)
        send?.(body)
      },
    })
    return (
      <SchemaForm
        form={form}
        sections={sections ?? [{ title: 'Settings', fields }]}
        action="Save"
        cancel="/elsewhere"
        onDone={() => {}}
      />
    )
  }
  const { container } = render(() => (
    <MemoryRouter history={history}>
      <Route path="/" component={Page} />
      <Route path="/elsewhere" component={() => <p>Elsewhere</p>} />
    </MemoryRouter>
  ))
  return { sent, container }
}

/** The control that a label names; the wire name beside the label is not part of it. */
export const controlNamed = (container: HTMLElement, path: string): HTMLInputElement => {
  const control = container.querySelector(`#field-${path}`)
  if (!control) throw new Error(`no control at ${path}`)
  return control as HTMLInputElement
}
