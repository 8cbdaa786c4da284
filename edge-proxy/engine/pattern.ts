import type { RE2JS } from 're2js'
import { compileLinear } from '#model/linear-regex'
import { nativeForm } from './native-pattern.ts'

export interface PatternMatch {
  /** Where it begins, and how many characters it takes. */
  start: number
  length: number
  /** By number, the whole match first; undefined for groups that took no part. */
  groups: readonly (string | undefined)[]
  /** By name, only those that took part; undefined when the expression names none. */
  named: Record<string, string> | undefined
}

/** A regular expression of a user: always linear in the length of the text, whichever engine runs it. */
export interface Pattern {
  readonly source: string
  /** Which engine runs `exec`. */
  readonly engine: 'native' | 're2'
  /** The match at the start of the text. */
  exec(text: string): PatternMatch | undefined
  /** The leftmost match anywhere in the text. */
  search(text: string): PatternMatch | undefined
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean
}

/** The expression is not one that the linear engine takes: wrong syntax, lookaround, or backreferences. */
export class PatternError extends Error {
  constructor(source: string, why: string) {
    super(`invalid regex: '${source}' (${why})`)
    this.name = 'PatternError'
  }
}

/**
 * Compiles an expression with the meaning that Rust's regex gives it (leftmost-first, `$` only at the very end, `(?i)`,
 * `(?<n>` and `(?P<n>`, `.` not for line feeds), but `\d \w \s \b` know ASCII only. Compile when a configuration
 * arrives, never for a request. Throws PatternError.
 */
export const compilePattern = (source: string): Pattern => {
  const native = nativeForm(source)
  const exec = native && nativeExec(native.source, 'uy')
  if (native?.anywhere && exec) {
    const tester = new RegExp(native.source, 'u')
    return {
      source,
      engine: 'native',
      exec,
      search: nativeExec(native.source, 'u'),
      test: (text) => tester.test(text),
    }
  }
  const linear = linearOf(source)
  return {
    source,
    engine: exec ? 'native' : 're2',
    exec: exec ?? linearExec(linear, true),
    search: linearExec(linear, false),
    test: (text) => linear.test(text),
  }
}

const linearOf = (source: string): RE2JS => {
  try {
    return compileLinear(source)
  } catch (error) {
    throw new PatternError(source, error instanceof Error ? error.message : String(error))
  }
}

const nativeExec = (source: string, flags: 'u' | 'uy') => {
  const expression = new RegExp(source, flags)
  return (text: string): PatternMatch | undefined => {
    // a sticky expression remembers where it stopped
    expression.lastIndex = 0
    const found = expression.exec(text)
    if (!found) return undefined
    return {
      start: found.index,
      length: found[0].length,
      groups: found,
      named: found.groups && present(found.groups),
    }
  }
}

const linearExec = (expression: RE2JS, atStart: boolean) => {
  const count = expression.groupCount()
  const names = Object.entries(expression.namedGroups())
  return (text: string): PatternMatch | undefined => {
    const matcher = expression.matcher(text)
    if (!(atStart ? matcher.lookingAt() : matcher.find())) return undefined
    const groups: (string | undefined)[] = []
    for (let at = 0; at <= count; at++) groups.push(matcher.group(at) ?? undefined)
    let named: Record<string, string> | undefined
    if (names.length > 0) {
      named = {}
      for (const [name, at] of names) {
        const value = groups[at]
        if (value !== undefined) named[name] = value
      }
    }
    const start = matcher.start(0)
    return { start, length: matcher.end(0) - start, groups, named }
  }
}

const present = (groups: Record<string, string | undefined>): Record<string, string> => {
  const named: Record<string, string> = {}
  for (const name in groups) {
    const value = groups[name]
    if (value !== undefined) named[name] = value
  }
  return named
}
