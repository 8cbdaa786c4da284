import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { kinds } from '#model/index'
import type { JsonSchema } from '../../../console/data/schemas.ts'
import { type Field, fieldsOf } from '../../../console/forms/field.ts'
import { bodyOf, valuesOf } from '../../../console/forms/values.ts'
import { authority, EC_CERT, EC_KEY } from '../../support/certificates.ts'
import { described, fieldsOfKind, kindOf } from '../open-form.tsx'

const fieldIn = (kind: string, name: string): Field => {
  const field = fieldsOfKind(kind).find((one) => one.name === name)
  if (!field) throw new Error(`${kind} has no field ${name}`)
  return field
}

const drawn = (schema: z.ZodType): Field | undefined =>
  fieldsOf(z.toJSONSchema(z.object({ it: schema }), { io: 'input' }) as JsonSchema)[0]

describe('fields made from a schema', () => {
  it.each([
    ['service', 'name', 'text'],
    ['service', 'port', 'number'],
    ['service', 'protocol', 'enum'],
    ['service', 'enabled', 'boolean'],
    ['service', 'client_certificate', 'reference'],
    ['service', 'tags', 'chips'],
    ['route', 'protocols', 'choices'],
    ['route', 'https_redirect_status_code', 'enum'],
    ['route', 'paths', 'chips'],
    ['route', 'headers', 'map'],
    ['route', 'sources', 'list'],
    ['upstream', 'healthchecks', 'record'],
    ['certificate', 'cert', 'textarea'],
    ['plugin', 'config', 'json'],
  ])('draws %s.%s as %s', (kind, name, drawnAs) => {
    expect(fieldIn(kind, name).kind).toBe(drawnAs)
  })

  it('leaves out what the server makes', () => {
    expect(fieldsOfKind('service').map(({ name }) => name)).not.toContain('id')
    expect(fieldsOfKind('service').map(({ name }) => name)).not.toContain('updated_at')
    expect(fieldsOfKind('ca_certificate').map(({ name }) => name)).not.toContain('cert_digest')
  })

  it('requires what has neither a default nor null', () => {
    const required = (kind: string) =>
      fieldsOfKind(kind)
        .filter((field) => field.required)
        .map(({ name }) => name)
    expect(required('service')).toEqual(['host'])
    expect(required('target')).toEqual(['upstream', 'target'])
    expect(required('route')).toEqual([])
  })

  it('hides secrets, also when the metadata lies on a branch', () => {
    expect(fieldIn('certificate', 'key').secret).toBe(true)
    expect(fieldIn('certificate', 'key_alt').secret).toBe(true)
    expect(fieldIn('keyauth_credential', 'key')).toMatchObject({ secret: true, made: true })
    expect(fieldIn('certificate', 'cert').secret).toBe(false)
  })

  it('knows what a reference points at', () => {
    expect(fieldIn('route', 'service')).toMatchObject({ kind: 'reference', references: 'service' })
    expect(fieldIn('target', 'upstream')).toMatchObject({ required: true, references: 'upstream' })
  })

  it('reads null however a schema says it', () => {
    const schema: JsonSchema = {
      properties: {
        branch: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        list: { type: ['string', 'null'] },
        flag: { type: 'string', nullable: true },
      },
    }
    expect(fieldsOf(schema).map(({ kind, nullable }) => [kind, nullable])).toEqual([
      ['text', true],
      ['text', true],
      ['text', true],
    ])
  })

  it('takes JSON where a schema says nothing that a control could hold to', () => {
    expect(drawn(z.record(z.string(), z.unknown()))?.kind).toBe('json')
    expect(drawn(z.union([z.string(), z.number()]))?.kind).toBe('json')
  })
})

describe('an entity through a form', () => {
  const id = '6f2d5bb0-5f0a-4f6f-9f64-d3ab1f5a3f01'
  const entities: Record<string, Record<string, unknown>> = {
    service: { name: 'orders', host: 'orders.example', path: '/v1', tags: ['a', 'b'], retries: 0 },
    route: {
      name: 'orders',
      paths: ['/orders', '~/orders/[0-9]{1,3}$'],
      headers: { 'x-edition': ['free', 'paid'] },
      protocols: ['https'],
      service: { id },
    },
    upstream: { name: 'orders.internal', algorithm: 'latency', hash_on_cookie_path: '/' },
    target: { upstream: { id }, target: '10.0.0.1:80', weight: 0 },
    consumer: { username: 'ada' },
    acl: { consumer: { id }, group: 'admins' },
    keyauth_credential: { consumer: { id }, key: 'secret' },
    sni: { name: 'a.example', certificate: { id } },
    plugin: { name: 'cors', config: { origins: ['*'], nested: { deep: [1] } } },
    certificate: { cert: EC_CERT, key: EC_KEY },
    ca_certificate: { cert: authority(1) },
  }

  it.each(kinds.map((kind) => kind.name))('comes back as it went in: %s', (name) => {
    const kind = kindOf(name)
    const parsed = kind.parse(entities[name])
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.fields))
    const fields = fieldsOf(described(kind).schema)
    const again = kind.parse(bodyOf(fields, valuesOf(fields, parsed.row)))
    expect(again).toEqual(parsed)
  })

  it.each(kinds.map((kind) => kind.name))('starts from the defaults of the model: %s', (name) => {
    const kind = kindOf(name)
    const given = entities[name] ?? {}
    const fields = fieldsOf(described(kind).schema)
    const typed = { ...valuesOf(fields, undefined), ...valuesOf(fields, given) }
    expect(kind.parse(bodyOf(fields, typed))).toEqual(kind.parse(given))
  })
})
