import { textOf } from './text.ts'

/** Value of an argument: `true` when it stands without `=`; a list when it is repeated. */
export type Argument = string | true | (string | true)[]

/** Kong reads no more arguments than this. */
const MOST = 100

/** All arguments of a query or of a form, by name, in order of their first appearance. */
export const argumentsOf = (text: string | undefined): Record<string, Argument> => {
  const found: Record<string, Argument> = Object.create(null)
  if (!text) return found
  let count = 0
  for (const part of text.split('&')) {
    const equals = part.indexOf('=')
    const name = decode(equals < 0 ? part : part.slice(0, equals))
    if (name === '') continue
    if (++count > MOST) break
    const value = equals < 0 ? true : decode(part.slice(equals + 1))
    const before = found[name]
    if (before === undefined) found[name] = value
    else if (Array.isArray(before)) before.push(value)
    else found[name] = [before, value]
  }
  return found
}

/** One argument, without reading the others when the name does not even occur. Names are exact. */
export const argumentOf = (text: string | undefined, name: string): Argument | undefined => {
  if (!text || !mayHold(text, name)) return undefined
  const found = argumentsOf(text)[name]
  return found
}

/** The text without the arguments of that name; what stays is not touched, nor is its order. */
export const withoutArgument = (text: string, name: string): string => {
  if (!mayHold(text, name)) return text
  return text
    .split('&')
    .filter((part) => {
      const equals = part.indexOf('=')
      return decode(equals < 0 ? part : part.slice(0, equals)) !== name
    })
    .join('&')
}

const mayHold = (text: string, name: string): boolean =>
  text.includes(name) || text.includes('%') || text.includes('+')

/** Decodes `%XX` and `+`; an escape that is none stays. */
const decode = (text: string): string => {
  if (!text.includes('%') && !text.includes('+')) return textOf(text)
  return textOf(
    text
      .replaceAll('+', ' ')
      .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ),
  )
}
