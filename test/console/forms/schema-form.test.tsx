import { cleanup, fireEvent, screen, waitFor } from '@solidjs/testing-library'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Fields } from '#model/violation'
import { ApiError } from '../../../console/data/errors.ts'
import { controlNamed, fieldsOfKind, openForm } from '../open-form.tsx'

const refuse = (fields: Fields) => () => {
  throw new ApiError(400, 'schema violation', fields)
}
const save = () => fireEvent.click(screen.getByRole('button', { name: 'Save' }))
const type = (control: HTMLElement, value: string) =>
  fireEvent.input(control, { target: { value } })
const add = (control: HTMLElement, value: string) => {
  type(control, value)
  fireEvent.keyDown(control, { key: 'Enter' })
}

beforeEach(() => {
  Element.prototype.scrollIntoView = () => {}
})
afterEach(cleanup)

describe('a form made from a schema', () => {
  it('shows the defaults, and sends them with what was typed', async () => {
    const { container, sent } = openForm({ fields: fieldsOfKind('service') })
    expect(controlNamed(container, 'port').value).toBe('80')
    expect(controlNamed(container, 'protocol').value).toBe('http')
    expect(controlNamed(container, 'enabled').checked).toBe(true)
    type(controlNamed(container, 'host'), 'orders.example')
    type(controlNamed(container, 'port'), '8080')
    save()
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toMatchObject({
      host: 'orders.example',
      port: 8080,
      name: null,
      retries: 5,
      tls_verify: null,
    })
  })

  it('sends what is not a number as it is, so that the API can say so at the field', async () => {
    const { container, sent } = openForm({ fields: fieldsOfKind('service') })
    type(controlNamed(container, 'port'), 'eighty')
    save()
    await waitFor(() => expect(sent[0]?.port).toBe('eighty'))
  })

  it('marks required fields for everyone', () => {
    const { container } = openForm({ fields: fieldsOfKind('service') })
    expect(controlNamed(container, 'host').getAttribute('aria-required')).toBe('true')
    expect(screen.getByText('(required)')).toBeTruthy()
  })

  it('places each problem at its field and focuses the summary', async () => {
    const { container } = openForm({
      fields: fieldsOfKind('service'),
      send: refuse({ host: 'required field missing', port: 'value should be between 0 and 65535' }),
    })
    save()
    const alert = await screen.findByText('2 things need attention')
    expect(document.activeElement?.contains(alert)).toBe(true)
    const host = controlNamed(container, 'host')
    expect(host.getAttribute('aria-invalid')).toBe('true')
    const described = host.getAttribute('aria-describedby')?.split(' ') ?? []
    const texts = described.map((id) => document.getElementById(id)?.textContent)
    expect(texts).toContain('Required field missing.')
  })

  it('leads from the summary to the field', async () => {
    const { container } = openForm({
      fields: fieldsOfKind('service'),
      send: refuse({ host: 'required field missing' }),
    })
    save()
    fireEvent.click(await screen.findByRole('button', { name: 'Host' }))
    expect(document.activeElement).toBe(controlNamed(container, 'host'))
  })

  it('takes a problem away when its field changes', async () => {
    const { container } = openForm({
      fields: fieldsOfKind('service'),
      send: refuse({ host: 'required field missing' }),
    })
    save()
    await screen.findByText('One thing needs attention')
    type(controlNamed(container, 'host'), 'a')
    expect(screen.queryByText('One thing needs attention')).toBeNull()
  })

  it('opens nested records that hold a problem, however deep', async () => {
    const { container } = openForm({
      fields: fieldsOfKind('upstream'),
      send: refuse({
        healthchecks: { active: { healthy: { interval: 'value should be between 0 and 65535' } } },
      }),
    })
    expect(container.querySelector('#field-healthchecks-active-healthy-interval')).toBeNull()
    save()
    await screen.findByText('One thing needs attention')
    const interval = controlNamed(container, 'healthchecks-active-healthy-interval')
    expect(interval.getAttribute('aria-invalid')).toBe('true')
  })

  it('opens a folded section that holds a problem', async () => {
    const fields = fieldsOfKind('service')
    const { container } = openForm({
      fields,
      sections: [
        { title: 'Settings', fields: fields.filter(({ name }) => name === 'host') },
        {
          title: 'More options',
          fields: fields.filter(({ name }) => name !== 'host'),
          folded: true,
        },
      ],
      send: refuse({ retries: 'expected an integer' }),
    })
    expect(container.querySelector('#field-retries')).toBeNull()
    save()
    await screen.findByText('One thing needs attention')
    expect(controlNamed(container, 'retries').getAttribute('aria-invalid')).toBe('true')
  })

  it('says what is wrong with the whole, and what went wrong without fields', async () => {
    openForm({
      fields: fieldsOfKind('route'),
      send: refuse({ '@entity': ["must set one of 'methods', 'hosts'"] }),
    })
    save()
    expect(await screen.findByText("Must set one of 'methods', 'hosts'")).toBeTruthy()
    cleanup()
    openForm({
      fields: fieldsOfKind('route'),
      send: () => {
        throw new ApiError(0, 'The control plane cannot be reached.')
      },
    })
    save()
    expect(await screen.findByText('The control plane cannot be reached.')).toBeTruthy()
  })
})

describe('controls', () => {
  it('adds, removes and pastes short values', async () => {
    const { container, sent } = openForm({ fields: fieldsOfKind('route') })
    const paths = controlNamed(container, 'paths')
    add(paths, '/a')
    add(paths, '~/b{1,2}')
    add(paths, '/a')
    fireEvent.paste(paths, { clipboardData: { getData: () => '/c\n/d\n' } })
    fireEvent.click(screen.getByRole('button', { name: 'Remove /c' }))
    fireEvent.keyDown(paths, { key: 'Backspace' })
    save()
    await waitFor(() => expect(sent[0]?.paths).toEqual(['/a', '~/b{1,2}']))
  })

  it('keeps a value that was typed but not entered', async () => {
    const { container, sent } = openForm({ fields: fieldsOfKind('service') })
    const tags = controlNamed(container, 'tags')
    type(tags, 'blue')
    fireEvent.blur(tags)
    save()
    await waitFor(() => expect(sent[0]?.tags).toEqual(['blue']))
  })

  it('says which of several values is wrong', async () => {
    const { container } = openForm({
      fields: fieldsOfKind('route'),
      entity: { paths: ['/fine', 'bad'] },
      send: refuse({ paths: [null, 'should start with: /'] }),
    })
    save()
    await screen.findByText('One thing needs attention')
    const wrong = [...container.querySelectorAll('span[data-invalid=true] > span')]
    expect(wrong.map((chip) => chip.textContent)).toEqual(['bad'])
  })

  it('keeps known values in the order of the schema', async () => {
    const { sent } = openForm({ fields: fieldsOfKind('route') })
    fireEvent.click(screen.getByLabelText('grpc'))
    save()
    await waitFor(() => expect(sent[0]?.protocols).toEqual(['grpc', 'http', 'https']))
  })

  it('edits maps as rows', async () => {
    const { container, sent } = openForm({
      fields: fieldsOfKind('route'),
      entity: { headers: { 'x-old': ['1'] } },
    })
    fireEvent.click(screen.getByRole('button', { name: 'Add to headers' }))
    type(controlNamed(container, 'headers-1-key'), 'x-new')
    add(controlNamed(container, 'headers-1-value'), 'two')
    fireEvent.click(screen.getByRole('button', { name: 'Remove x-old' }))
    save()
    await waitFor(() => expect(sent[0]?.headers).toEqual({ 'x-new': ['two'] }))
  })

  it('edits lists of records', async () => {
    const { container, sent } = openForm({ fields: fieldsOfKind('route') })
    fireEvent.click(screen.getByRole('button', { name: 'Add to sources' }))
    type(controlNamed(container, 'sources-0-ip'), '10.0.0.0/8')
    save()
    await waitFor(() => expect(sent[0]?.sources).toEqual([{ ip: '10.0.0.0/8', port: null }]))
  })

  it('lets an optional boolean stay unset', async () => {
    const { container, sent } = openForm({ fields: fieldsOfKind('service') })
    const verify = controlNamed(container, 'tls_verify')
    expect(verify.value).toBe('')
    fireEvent.change(verify, { target: { value: 'false' } })
    save()
    await waitFor(() => expect(sent[0]?.tls_verify).toBe(false))
  })

  it('refuses text that is not JSON before it is sent', async () => {
    const { container, sent } = openForm({ fields: fieldsOfKind('plugin') })
    type(controlNamed(container, 'config'), '{"a": ')
    save()
    expect(
      await screen.findByText('Expected JSON.', { selector: '#field-config-problem' }),
    ).toBeTruthy()
    expect(sent).toEqual([])
    type(controlNamed(container, 'config'), '{"a": 1}')
    save()
    await waitFor(() => expect(sent[0]?.config).toEqual({ a: 1 }))
  })

  it('hides a secret until it is asked for', () => {
    const { container } = openForm({
      fields: fieldsOfKind('keyauth_credential'),
      entity: { key: 'hidden' },
    })
    const key = controlNamed(container, 'key')
    expect(key.type).toBe('password')
    fireEvent.click(screen.getByRole('button', { name: 'Show Key' }))
    expect(key.type).toBe('text')
  })
})
