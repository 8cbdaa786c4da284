import { cleanup, fireEvent, screen } from '@solidjs/testing-library'
import { afterEach, describe, expect, it } from 'vitest'
import { controlNamed, fieldsOfKind, openForm } from '../open-form.tsx'

const type = (control: HTMLElement, value: string) =>
  fireEvent.input(control, { target: { value } })

afterEach(cleanup)

describe('unsaved changes', () => {
  it('are asked about before they are left, and kept on Stay', async () => {
    const { container } = openForm({ fields: fieldsOfKind('service') })
    type(controlNamed(container, 'host'), 'precious')
    fireEvent.click(screen.getByRole('link', { name: 'Cancel' }))
    expect(await screen.findByText('Leave without saving?')).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Stay' }))
    expect(controlNamed(container, 'host').value).toBe('precious')
    fireEvent.click(screen.getByRole('link', { name: 'Cancel' }))
    fireEvent.click(await screen.findByRole('button', { name: 'Leave' }))
    expect(await screen.findByText('Elsewhere')).toBeTruthy()
  })

  it('are not asked about when there are none', async () => {
    openForm({ fields: fieldsOfKind('service') })
    fireEvent.click(screen.getByRole('link', { name: 'Cancel' }))
    expect(await screen.findByText('Elsewhere')).toBeTruthy()
  })
})
