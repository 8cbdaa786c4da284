import { cleanup, fireEvent, screen, waitFor } from '@solidjs/testing-library'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { answerApi, controlNamed, fieldsOfKind, openForm } from '../open-form.tsx'

const save = () => fireEvent.click(screen.getByRole('button', { name: 'Save' }))
const type = (control: HTMLElement, value: string) =>
  fireEvent.input(control, { target: { value } })

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('the reference picker', () => {
  const id = '6f2d5bb0-5f0a-4f6f-9f64-d3ab1f5a3f01'
  const services = '/v2/runtime-groups/default/core-entities/services'
  const answers = {
    [services]: {
      data: [
        { id, name: 'orders' },
        { id: 'b', name: 'quotes' },
      ],
      next: null,
    },
    [`${services}/${id}`]: { id, name: 'orders' },
  }

  it('searches, and picks by keyboard', async () => {
    const { asked } = await answerApi(answers)
    const { container, sent } = openForm({ fields: fieldsOfKind('route') })
    const service = controlNamed(container, 'service')
    type(service, 'or')
    expect(await screen.findByRole('option', { name: /orders/ })).toBeTruthy()
    expect(asked.at(-1)).toBe(`${services}?search=or&size=20`)
    fireEvent.keyDown(service, { key: 'Enter' })
    save()
    await waitFor(() => expect(sent[0]?.service).toEqual({ id }))
    expect(service.value).toBe('orders')
  })

  it('shows the name of what is picked already, and lets go of it', async () => {
    await answerApi(answers)
    const { container, sent } = openForm({
      fields: fieldsOfKind('route'),
      entity: { service: { id } },
    })
    await waitFor(() => expect(controlNamed(container, 'service').value).toBe('orders'))
    fireEvent.click(screen.getByRole('button', { name: 'Clear Service' }))
    save()
    await waitFor(() => expect(sent[0]?.service).toBeNull())
  })

  it('closes on Escape and keeps what was picked', async () => {
    await answerApi(answers)
    const { container } = openForm({ fields: fieldsOfKind('route'), entity: { service: { id } } })
    const service = controlNamed(container, 'service')
    await waitFor(() => expect(service.value).toBe('orders'))
    type(service, 'something else')
    await screen.findByRole('listbox')
    fireEvent.keyDown(service, { key: 'Escape' })
    expect(screen.queryByRole('listbox')).toBeNull()
    expect(service.value).toBe('orders')
  })
})
