/** Differences between a recorded body and ours. Placeholders stand for values that change: `<uuid>`, `<int>`, ... */
export const differences = (
  expected: unknown,
  got: unknown,
  isExact: boolean,
  unordered: readonly string[],
  at = '$',
): string[] => {
  const differs = () => [`${at}: expected ${short(expected)}, got ${short(got)}`]
  if (typeof expected === 'string') return matchesText(expected, got) ? [] : differs()
  if (Array.isArray(expected)) {
    if (!Array.isArray(got) || got.length !== expected.length) return differs()
    if (unordered.some((name) => at.endsWith(`.${name}`))) {
      const rest = [...got]
      return expected.flatMap((item) => {
        const index = rest.findIndex(
          (other) => differences(item, other, isExact, unordered).length === 0,
        )
        if (index < 0) return [`${at}: nothing matches ${short(item)}`]
        rest.splice(index, 1)
        return []
      })
    }
    return expected.flatMap((item, index) =>
      differences(item, got[index], isExact, unordered, `${at}[${index}]`),
    )
  }
  if (isRecord(expected)) {
    if (!isRecord(got)) return differs()
    const unexpected = isExact
      ? Object.keys(got).filter((name) => !(name in expected))
      : ([] as string[])
    return [
      ...Object.entries(expected).flatMap(([name, value]) =>
        name in got
          ? differences(value, got[name], isExact, unordered, `${at}.${name}`)
          : [`${at}.${name}: missing`],
      ),
      ...unexpected.map((name) => `${at}.${name}: unexpected (${short(got[name])})`),
    ]
  }
  return expected === got ? [] : differs()
}

/** Whether a value is this text, or what its placeholders stand for. */
export const matchesText = (expected: string, got: unknown): boolean => {
  const whole = WHOLE[expected]
  if (whole) return whole(got)
  if (typeof got !== 'string') return false
  const pattern = expected
    .split(/(<(?:uuid|int|number|string|any)>)/)
    .map((part) => INNER[part] ?? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('')
  return new RegExp(`^${pattern}$`, 's').test(got)
}

const UUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'

const WHOLE: Record<string, (value: unknown) => boolean> = {
  '<any>': () => true,
  '<uuid>': (value) => typeof value === 'string' && new RegExp(`^${UUID}$`).test(value),
  '<int>': (value) => Number.isInteger(value),
  '<number>': (value) => typeof value === 'number',
  '<string>': (value) => typeof value === 'string',
  '<bool>': (value) => typeof value === 'boolean',
  '<array>': (value) => Array.isArray(value),
  '<object>': (value) => isRecord(value),
}

const INNER: Record<string, string> = {
  '<uuid>': UUID,
  '<int>': '-?\\d+',
  '<number>': '-?\\d+(?:\\.\\d+)?',
  '<string>': '.*?',
  '<any>': '.*?',
}

const short = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 200)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
