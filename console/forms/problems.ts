import type { Fields } from '#model/violation'
import { words } from './words.ts'

/** Problems by the path of the control they belong to (`config.minute`, `paths.0`); `@entity` for the whole. */
export type Problems = Record<string, string>

/** Flattens the nested `fields` of an API error. */
export const problemsOf = (fields: Fields, at: (string | number)[] = []): Problems => {
  const problems: Problems = {}
  for (const [name, problem] of Object.entries(fields)) {
    const path = [...at, name]
    if (name === '@entity') {
      const text = Array.isArray(problem) ? problem.join('; ') : String(problem)
      problems[path.join('.')] = text
    } else if (typeof problem === 'string') {
      problems[path.join('.')] = problem
    } else if (Array.isArray(problem)) {
      for (const [index, item] of problem.entries()) {
        if (item === null || item === undefined) continue
        if (typeof item === 'string') problems[[...path, index].join('.')] = item
        else Object.assign(problems, problemsOf(item, [...path, index]))
      }
    } else if (typeof problem === 'object' && problem !== null) {
      Object.assign(problems, problemsOf(problem, path))
    }
  }
  return problems
}

/** A problem's place in words: `config.redis.host` is "Redis host"... with what it lies in before it. */
export const placeOf = (path: string): string =>
  path
    .split('.')
    .filter((part) => part !== '@entity' && part !== 'config')
    .map((part) => (/^\d+$/.test(part) ? `item ${Number(part) + 1}` : words(part)))
    .join(' › ')

/** A message as a sentence; the API's are Kong's, which begin in lower case. */
export const sentenceOf = (message: string): string => {
  const text = message.charAt(0).toUpperCase() + message.slice(1)
  return /[.!?)'"]$/.test(text) ? text : `${text}.`
}
