import { RE2JS } from 're2js'

/**
 * Compiles a regular expression for the engine whose time is linear in the text, with the syntax and meaning of Rust's
 * regex as far as that engine goes (no lookaround, no backreferences, ASCII `\d \w \s \b`). Throws what the engine throws.
 */
export const compileLinear = (source: string): RE2JS => RE2JS.compile(rewrite(source))

const SPACES = '\\t\\n\\x0b\\f\\r '

/** Spells out what RE2 lacks or reads otherwise: `\u0041`, and `\s` with the vertical tab that Rust's has. */
const rewrite = (source: string): string => {
  let out = ''
  let inClass = false
  for (let at = 0; at < source.length; at++) {
    const rest = source.slice(at)
    if (rest.startsWith('\\')) {
      const [whole, spelt] = escapeAt(rest, inClass)
      out += spelt
      at += whole.length - 1
      continue
    }
    // a bracket that comes first is a member, not the end
    const token = inClass ? /^\[:.*?:\]|^./su : /^\[\^?\]?|^./su
    const [whole = ''] = token.exec(rest) ?? []
    out += whole
    at += whole.length - 1
    if (whole === ']') inClass = false
    else if (whole.startsWith('[') && !whole.startsWith('[:')) inClass = true
  }
  return out
}

const escapeAt = (rest: string, inClass: boolean): [whole: string, spelt: string] => {
  const unicode = /^\\u(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))/.exec(rest)
  if (unicode) return [unicode[0], `\\x{${unicode[1] ?? unicode[2]}}`]
  if (rest.startsWith('\\s')) return ['\\s', inClass ? SPACES : `[${SPACES}]`]
  if (rest.startsWith('\\S') && !inClass) return ['\\S', `[^${SPACES}]`]
  const whole = rest.startsWith('\\Q')
    ? (/^\\Q.*?(?:\\E|$)/s.exec(rest)?.[0] ?? '\\Q')
    : rest.slice(0, 2)
  return [whole, whole]
}
