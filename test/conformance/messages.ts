/** Header lines by lower-case name: one value, or all of them in order. */
export type HeadersByName = Record<string, string | string[]>

export const headersByName = (lines: readonly (readonly [string, string])[]): HeadersByName => {
  const headers: HeadersByName = {}
  for (const [name, value] of lines) {
    const key = name.toLowerCase()
    const before = headers[key]
    headers[key] = before === undefined ? value : [before, value].flat()
  }
  return headers
}

/** Arguments of a query or form: `true` without `=`, lists when repeated. */
export const argumentsByName = (text: string): Record<string, unknown> => {
  const found: Record<string, unknown> = {}
  for (const part of text.split('&').filter((item) => item !== '')) {
    const at = part.indexOf('=')
    const name = decoded(at < 0 ? part : part.slice(0, at))
    const value = at < 0 ? true : decoded(part.slice(at + 1))
    found[name] = name in found ? [found[name], value].flat() : value
  }
  return found
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
