/** A regular expression that the native engine runs as the linear one would: same matches, in bounded time. */
export interface NativeForm {
  /** Source for `RegExp` with the `u` flag. */
  source: string
  /** Whether time stays linear when the match may begin anywhere, not only at the start of the text. */
  anywhere: boolean
}

/** The matches of one character: which ASCII characters, and whether any other. */
interface Atom {
  kind: 'atom'
  has: (character: string) => boolean
  others: boolean
  min: number
  max: number
}

type Token = Atom | { kind: 'open' | 'close' | 'or' | 'end' }

interface Group {
  at: number
  alternatives: number
  quantified: boolean
  empty: boolean
}

/** Ways to match that backtracking may have to try, beside the length of the text. */
const CHOICES = 256
const REPEATS = 64

const PUNCTUATION = /[!-/:-@[-`{-~]/
const DIGIT = /[0-9]/
const WORD = /[0-9A-Za-z_]/
const SPACE = /[\t\n\v\f\r ]/
const SPACES = '\\t\\n\\v\\f\\r '
const ANY = '[^\\n]'

/**
 * The native form of an expression when it can be proved harmless, else nothing. Backtracking is bounded when choices
 * multiply to a small number and no unbounded quantifier but the last can give back what it took. A quantifier cannot when
 * what follows it is a character that it does not take: in `[^/]+/` only one length fits.
 */
export const nativeForm = (source: string): NativeForm | undefined => new Reader(source).read()

class Reader {
  private at = 0
  private out = ''
  private choices = 1
  private readonly tokens: Token[] = []
  private readonly groups: Group[] = []
  private readonly names = new Set<string>()
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  read(): NativeForm | undefined {
    const anchored = this.take('^')
    if (anchored) this.out = '^'
    let alternatives = 1
    while (this.at < this.text.length) {
      if (this.take('|')) {
        const group = this.groups.at(-1)
        if (group) group.alternatives++
        else alternatives++
        this.push('or', '|')
        continue
      }
      if (!this.one()) return undefined
    }
    if (this.groups.length > 0) return undefined
    const loops = this.loops()
    if (loops === undefined || this.choices * alternatives > CHOICES) return undefined
    return { source: this.out, anywhere: loops.all === 0 || (anchored && alternatives === 1) }
  }

  private one(): boolean {
    const character = this.text[this.at] as string
    if (character === '(') return this.open()
    if (character === ')') return this.close()
    if (character === '[') return this.characterClass()
    if (character === '$') {
      this.at++
      this.push('end', '$')
      return this.at === this.text.length
    }
    if (character === '.') {
      this.at++
      return this.atom(ANY, (ascii) => ascii !== '\n', true)
    }
    if (character === '\\') return this.escape()
    if ('*+?{}]^'.includes(character) || character > '\u007f') return false
    this.at++
    return this.atom(quoted(character), (ascii) => ascii === character, false)
  }

  private open(): boolean {
    const head = /^\((?:\?:|\?P?<([A-Za-z_][A-Za-z0-9_]*)>|(?!\?))/.exec(this.text.slice(this.at))
    if (!head || (head[1] !== undefined && this.names.has(head[1]))) return false
    if (head[1] !== undefined) this.names.add(head[1])
    this.at += head[0].length
    this.groups.push({ at: this.tokens.length, alternatives: 1, quantified: false, empty: true })
    this.push('open', head[1] === undefined ? head[0] : `(?<${head[1]}>`)
    return true
  }

  private close(): boolean {
    const group = this.groups.pop()
    if (!group || group.empty) return false
    this.at++
    this.push('close', ')')
    this.choices *= group.alternatives
    const quantifier = this.quantifier()
    if (quantifier === undefined) return false
    const [min, max] = quantifier
    const plain = min === 1 && max === 1
    if (!plain && (group.quantified || group.alternatives > 1)) return false
    const outer = this.groups.at(-1)
    if (outer) {
      outer.empty = false
      outer.quantified ||= group.quantified || !plain
      if (group.alternatives > 1) outer.quantified = true
    }
    if (plain) return true
    // for what follows and precedes it, a repeated group is one thing that takes any character
    this.tokens.splice(group.at)
    this.tokens.push({ kind: 'atom', has: () => true, others: true, min, max })
    return true
  }

  private escape(): boolean {
    const letter = this.text[this.at + 1]
    if (letter === undefined) return false
    this.at += 2
    const known = escaped(letter)
    return known !== undefined && this.atom(known.source, known.has, known.others)
  }

  private characterClass(): boolean {
    const head = /^\[(\^?)((?:[^\]\\[]|\\.)+)\]/.exec(this.text.slice(this.at))
    if (!head) return false
    const items = head[2] as string
    if (/&&|--|~~/.test(items)) return false
    const members = new Set<string>()
    let source = ''
    for (let at = 0; at < items.length; ) {
      const item = classItem(items, at)
      if (!item) return false
      at = item.end
      source += item.source
      for (const member of item.members) members.add(member)
    }
    this.at += head[0].length
    const negated = head[1] === '^'
    return this.atom(
      `[${head[1]}${source}]`,
      (character) => members.has(character) !== negated,
      negated,
    )
  }

  private atom(source: string, has: (character: string) => boolean, others: boolean): boolean {
    this.out += source
    const quantifier = this.quantifier()
    if (quantifier === undefined) return false
    const [min, max] = quantifier
    const group = this.groups.at(-1)
    if (group) {
      group.empty = false
      if (min !== 1 || max !== 1) group.quantified = true
    }
    this.tokens.push({ kind: 'atom', has, others, min, max })
    return true
  }

  /** The quantifier here, `[1, 1]` when there is none, nothing when it is not one that we take. */
  private quantifier(): [min: number, max: number] | undefined {
    const found = /^(?:([*+?])|\{(\d{1,3})(,(\d{0,3}))?\})\??/.exec(this.text.slice(this.at))
    if (!found) return this.text[this.at] === '{' ? undefined : [1, 1]
    this.at += found[0].length
    if ('*+?{'.includes(this.text[this.at] ?? ' ')) return undefined
    this.out += found[0]
    if (found[1] === '*') return [0, Number.POSITIVE_INFINITY]
    if (found[1] === '+') return [1, Number.POSITIVE_INFINITY]
    if (found[1] === '?') return [0, 1]
    const min = Number(found[2])
    const max =
      found[3] === undefined ? min : found[4] === '' ? Number.POSITIVE_INFINITY : Number(found[4])
    if (min > max || min > REPEATS || (max !== Number.POSITIVE_INFINITY && max > REPEATS)) {
      return undefined
    }
    return [min, max]
  }

  /**
   * Counts unbounded quantifiers and multiplies choices. Nothing when one that could give back has another after it,
   * which would then run again for each thing given back.
   */
  private loops(): { all: number } | undefined {
    let all = 0
    let giving = false
    for (const [at, token] of this.tokens.entries()) {
      if (token.kind !== 'atom' || token.min === token.max) continue
      const unbounded = token.max === Number.POSITIVE_INFINITY
      if (unbounded) {
        if (giving) return undefined
        all++
      }
      if (this.settled(token, at)) continue
      if (unbounded) giving = true
      else this.choices *= token.max - token.min + 1
    }
    return { all }
  }

  private settled(token: Atom, at: number): boolean {
    let next = at + 1
    while (this.tokens[next]?.kind === 'close') next++
    const following = this.tokens[next]
    if (following?.kind !== 'atom' || following.min === 0) return false
    if (token.others && following.others) return false
    return !ASCII.some((character) => following.has(character) && token.has(character))
  }

  private push(kind: 'open' | 'close' | 'or' | 'end', source: string): void {
    this.tokens.push({ kind })
    this.out += source
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }
}

const quoted = (character: string): string =>
  /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character

const quotedInClass = (character: string): string =>
  /[\\\]^[-]/.test(character) ? `\\${character}` : character

const escaped = (letter: string) => {
  if (letter === 'd') return { source: '\\d', has: (c: string) => DIGIT.test(c), others: false }
  if (letter === 'w') return { source: '\\w', has: (c: string) => WORD.test(c), others: false }
  if (letter === 's')
    return { source: `[${SPACES}]`, has: (c: string) => SPACE.test(c), others: false }
  if (letter === 'D') return { source: '\\D', has: (c: string) => !DIGIT.test(c), others: true }
  if (letter === 'W') return { source: '\\W', has: (c: string) => !WORD.test(c), others: true }
  if (letter === 'S')
    return { source: `[^${SPACES}]`, has: (c: string) => !SPACE.test(c), others: true }
  if (!PUNCTUATION.test(letter)) return undefined
  return { source: quoted(letter), has: (c: string) => c === letter, others: false }
}

interface ClassItem {
  source: string
  members: string[]
  end: number
}

const classItem = (items: string, at: number): ClassItem | undefined => {
  const first = single(items, at)
  if (!first) {
    const letter = items[at + 1] as string
    if (items[at] !== '\\' || !'dws'.includes(letter)) return undefined
    const has = { d: DIGIT, w: WORD, s: SPACE }[letter] as RegExp
    const source = letter === 's' ? SPACES : `\\${letter}`
    // a dash after a class of characters would be read in two ways
    if (items[at + 2] === '-') return undefined
    return {
      source,
      members: ASCII.filter((character) => has.test(character)),
      end: at + 2,
    }
  }
  const last =
    items[first.end] === '-' && first.end + 1 < items.length
      ? single(items, first.end + 1)
      : undefined
  if (items[first.end] !== '-' || first.end + 1 >= items.length) {
    return { source: quotedInClass(first.character), members: [first.character], end: first.end }
  }
  if (!last || last.character < first.character) return undefined
  return {
    source: `${quotedInClass(first.character)}-${quotedInClass(last.character)}`,
    members: range(first.character.charCodeAt(0), last.character.charCodeAt(0)),
    end: last.end,
  }
}

const single = (items: string, at: number): { character: string; end: number } | undefined => {
  const character = items[at] as string
  if (character !== '\\') return character > '\u007f' ? undefined : { character, end: at + 1 }
  const letter = items[at + 1] as string
  return PUNCTUATION.test(letter) ? { character: letter, end: at + 2 } : undefined
}

const range = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, step) => String.fromCharCode(from + step))

const ASCII = range(0, 127)
