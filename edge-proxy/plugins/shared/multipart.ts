import { textOf } from './text.ts'

interface Part {
  name: string | undefined
  /** Where the part begins, its delimiter line included, and where the next delimiter begins. */
  from: number
  to: number
  content: string
}

/** Fields of a multipart/form-data body (RFC 7578), given as a byte string; the last of a repeated name counts. */
export const multipartFields = (body: string, contentType: string): Record<string, unknown> => {
  const fields: Record<string, unknown> = Object.create(null)
  for (const { name, content } of parts(body, contentType)) {
    if (name !== undefined) fields[name] = textOf(content)
  }
  return fields
}

/** The body without the parts of that name. */
export const withoutPart = (body: string, contentType: string, name: string): string => {
  let rest = body
  for (const part of parts(body, contentType).reverse()) {
    if (part.name === name) rest = rest.slice(0, part.from) + rest.slice(part.to)
  }
  return rest
}

const parts = (body: string, contentType: string): Part[] => {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  const delimiter = `--${boundary?.[1] ?? boundary?.[2] ?? ''}`
  if (delimiter === '--') return []
  const found: Part[] = []
  let from = body.indexOf(delimiter)
  while (from >= 0) {
    const start = from + delimiter.length
    if (body.startsWith('--', start)) break
    const to = body.indexOf(`\r\n${delimiter}`, start)
    if (to < 0) break
    const blank = body.indexOf('\r\n\r\n', start)
    const head = body.slice(start, blank < 0 || blank > to ? to : blank)
    const content = blank < 0 || blank > to ? '' : body.slice(blank + 4, to)
    const name = /content-disposition:[^\r\n]*[;\s]name=(?:"([^"]*)"|([^;\s]+))/i.exec(head)
    found.push({
      name: name ? textOf(name[1] ?? name[2] ?? '') : undefined,
      from,
      to: to + 2,
      content,
    })
    from = to + 2
  }
  return found
}
