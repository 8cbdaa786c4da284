import { byteString, normalizePath, textOf } from './path.ts'

/**
 * A route path of format 1.1 or 2.1 as format 3.0 writes it, by Kong's rule: there, a path with any character that plain
 * paths of then did not have was a regular expression. Plain paths are put in normal form.
 */
export const pathOfToday = (path: string): string => {
  if (path.startsWith('~')) return path
  if (!/^[a-zA-Z0-9._~/%-]*$/.test(path)) return `~${withoutEscapes(path)}`
  const normal = normalizePath(byteString(path))
  return textOf(normal) ?? path
}

/** Decodes what paths are decoded of before they are matched; a character with a meaning in expressions stays itself. */
const withoutEscapes = (expression: string): string =>
  expression.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    const pieces = (run.match(/%../g) ?? []).map((piece) => normalizePath(piece))
    const text = textOf(pieces.join(''))
    if (text === undefined) return run.toUpperCase()
    return text.replace(/%..|[.^$|\\(){}[\]*+?]/g, (found) =>
      found.length > 1 ? found : `\\${found}`,
    )
  })
