import type { Kind } from '../../data/schemas.ts'
import type { Field } from '../../forms/field.ts'
import type { Section } from '../../forms/schema-form.tsx'

const basic = ['protocol', 'port', 'path', 'algorithm', 'weight', 'description']

/** What people set first stands open; the rest waits under "More options". */
export const sectionsOf = (kind: Kind, fields: Field[]): Section[] => {
  const first = new Set([...kind.list_columns, kind.key, ...basic])
  const open = fields.filter(
    (field) => field.required || field.kind === 'reference' || first.has(field.name),
  )
  const main = fields.length <= 7 ? fields : open.filter((field) => !isTls(field))
  return [
    { title: 'Settings', fields: ordered(kind, main) },
    { title: 'More options', fields: fields.filter((one) => !main.includes(one)), folded: true },
  ]
}

/** The name first, labels last. */
const ordered = (kind: Kind, fields: Field[]): Field[] => {
  const place = (field: Field) => {
    if (field.name === kind.key || field.name === 'name') return 0
    if (field.name === 'tags') return 3
    return field.name === 'enabled' ? 2 : 1
  }
  return [...fields].sort((a, b) => place(a) - place(b))
}

const isTls = (field: Field) => field.kind === 'reference' && field.name === 'client_certificate'
