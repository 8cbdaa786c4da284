import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nativeForm } from '#engine/native-pattern'
import { compilePattern, PatternError } from '#engine/pattern'
import { compileLinear } from '#model/linear-regex'

describe('pattern', () => {
  it('matches at the start and tells how far', () => {
    const pattern = compilePattern('/a(\\d+)')
    expect(pattern.exec('/a12/b')).toMatchObject({ start: 0, length: 4 })
    expect(pattern.exec('x/a12')).toBeUndefined()
  })

  it('finds the leftmost match anywhere', () => {
    expect(compilePattern('b+').search('abbcb')).toMatchObject({ start: 1, length: 2 })
    expect(compilePattern('b+').test('abb')).toBe(true)
    expect(compilePattern('^b').test('ab')).toBe(false)
  })

  it.each(['/(?<id>\\d+)(x)?', '/(?P<id>\\d+)(x)?'])('names groups in %s', (source) => {
    const match = compilePattern(source).exec('/12')
    expect([...(match?.groups ?? [])]).toEqual(['/12', '12', undefined])
    expect(match?.named).toEqual({ id: '12' })
  })

  it('names nothing when the expression names no group', () => {
    expect(compilePattern('(a)').exec('a')?.named).toBeUndefined()
  })

  it.each([
    ['$ is the very end, not before a last line feed', 'a$', 'a\n', false],
    ['. takes a carriage return', '^a.b$', 'a\rb', true],
    ['. takes no line feed', '^a.b$', 'a\nb', false],
    ['\\s takes a vertical tab', '^\\s$', '\v', true],
    ['\\s in a class takes a vertical tab', '^[x\\s]$', '\v', true],
    ['\\s takes no no-break space', '^\\s$', '\u00a0', false],
    ['\\S takes no vertical tab', '^\\S$', '\v', false],
    ['\\w is ASCII', '^\\w$', 'é', false],
    ['(?i) ignores case from there on', '^a(?i)b$', 'aB', true],
    ['(?i) leaves what stands before it', '^a(?i)b$', 'Ab', false],
    ['POSIX classes work', '^[[:alpha:]]+$', 'ab', true],
    ['a bracket that comes first is a member', '^[]\\s]+$', ']\v', true],
    ['\\u is a code point', '^\\u0061\\u{62}$', 'ab', true],
    ['an escaped slash is a slash', '^\\/a\\-b$', '/a-b', true],
    ['leftmost alternatives go first', '^(a|ab)$', 'ab', true],
  ])('%s', (_, source, text, fits) => {
    expect(compilePattern(source).test(text)).toBe(fits)
  })

  it.each([
    '(?=a)',
    '(?!a)',
    '(?<=a)b',
    '(a)\\1',
    '(unclosed',
    'a**',
    '[b-a]',
    '\\h',
    '(?<a>b)(?<a>c)',
  ])('refuses %s', (source) => {
    expect(() => compilePattern(source)).toThrow(PatternError)
  })

  it('starts anew with each text', () => {
    const pattern = compilePattern('a')
    expect(['a', 'a', 'b', 'a'].map((text) => pattern.exec(text)?.length)).toEqual([
      1,
      1,
      undefined,
      1,
    ])
  })
})

describe('choice of engine', () => {
  it.each([
    '^/users/(?<id>[^/]+)/orders/(?P<order>\\d+)$',
    '^/v[12]\\.\\d/[a-z-]+',
    '^/(users|orders)/x',
    '^/.*',
    '^/a/?b',
    '^/(abc)+',
  ])('runs %s natively', (source) => {
    expect(compilePattern(source).engine).toBe('native')
  })

  it.each([
    ['a quantified group that holds a quantifier', '^(a+)+$'],
    ['a quantified group that holds an alternative', '^(a|a)*$'],
    ['a quantified group that holds such a group', '^((a|b))*$'],
    ['two loops that can give back', '^.*a.*$'],
    ['two loops that overlap across groups', '^(a*)(a*)b'],
    ['a loop after one that can give back', '^.*/[^/]+/x'],
    ['a loop before something that may be absent', '^a*b?a*c'],
    ['too many optional parts', `^${'a?'.repeat(12)}${'a'.repeat(12)}`],
    ['too many alternatives', `^${'(a|a)'.repeat(12)}b`],
    ['large repeats', '^a{1,900}'],
    ['flags', '(?i)a'],
    ['escapes of other meaning', '^\\bfoo'],
    ['letters outside ASCII', '^/é'],
    ['nested classes', '^[a-z&&b]'],
  ])('leaves %s to the linear engine', (_, source) => {
    expect(nativeForm(source)).toBeUndefined()
  })

  it('leaves a loop that may begin anywhere to the linear engine', () => {
    expect(nativeForm('a+b')?.anywhere).toBe(false)
    expect(nativeForm('^a+b|c+')?.anywhere).toBe(false)
    expect(nativeForm('^a+b')?.anywhere).toBe(true)
    expect(nativeForm('ab[cd]')?.anywhere).toBe(true)
  })
})

const piece = fc.oneof(
  fc.constantFrom(
    ...['a', 'b', '/', '.', '\\d', '\\w', '\\s', '\\S', '\\W', '\\.', '[ab]', '[^/]', '[^a\\d]'],
    ...['[a-c/]', '[\\s\\w]', '[-a]', '|', '$', '^', '(', ')', '(?:', '(?<n>', 'ab|ba'],
  ),
  fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}', '*?', '+?', '??'),
)
const sources = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(''))
const texts = fc
  .array(
    fc.constantFrom('a', 'b', 'c', '/', '.', '1', '_', ' ', '\v', '\n', '\r', 'é', '\u00a0', '😀'),
    {
      maxLength: 8,
    },
  )
  .map((characters) => characters.join(''))

describe('native form', () => {
  it('matches just as the linear engine does', () => {
    let native = 0
    fc.assert(
      fc.property(sources, fc.array(texts, { minLength: 3, maxLength: 6 }), (source, samples) => {
        const form = nativeForm(source)
        if (!form) return
        // what has a native form is not compiled for the linear engine, so that one has to take it
        const linear = compileLinear(source)
        native++
        for (const text of samples) {
          const found = new RegExp(form.source, 'uy').exec(text)
          const matcher = linear.matcher(text)
          const wanted = matcher.lookingAt()
          expect(found !== null).toBe(wanted)
          if (!wanted || !found) continue
          for (const [at, group] of found.entries()) expect(group ?? null).toBe(matcher.group(at))
        }
      }),
      { numRuns: 6000 },
    )
    expect(native).toBeGreaterThan(300)
  })

  it('stays fast on texts that are made to hurt', () => {
    const hurting = [
      'a'.repeat(60_000),
      `/${'a'.repeat(60_000)}`,
      'a/'.repeat(30_000),
      '1a.'.repeat(20_000),
    ]
    fc.assert(
      fc.property(sources, (source) => {
        const form = nativeForm(source)
        if (!form) return
        const sticky = new RegExp(form.source, 'uy')
        const anywhere = form.anywhere ? new RegExp(form.source, 'u') : sticky
        const before = process.cpuUsage()
        for (const text of hurting) {
          sticky.lastIndex = 0
          sticky.test(text)
          anywhere.lastIndex = 0
          anywhere.test(text)
        }
        // a quadratic scan of these takes seconds; a linear one some milliseconds
        expect(process.cpuUsage(before).user).toBeLessThan(700_000)
      }),
      { numRuns: 3000 },
    )
  })
})
