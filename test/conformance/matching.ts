/** Matchers of the vectors: what is expected against what came, each mismatch as a line. */
export const match = (expected: unknown, actual: unknown, where: string): string[] => {
  if (expected === null) {
    return actual === undefined || actual === null
      ? []
      : [`${where}: expected absent, got ${shown(actual)}`]
  }
  if (Array.isArray(expected)) return matchList(expected, actual, where)
  if (typeof expected === 'object') {
    const object = expected as Record<string, unknown>
    const operator = Object.keys(object).find((key) => key in operators)
    return operator ? matchOperator(object, actual, where) : matchObject(object, actual, where)
  }
  const joined = typeof expected === 'string' && Array.isArray(actual) ? actual.join(', ') : actual
  return joined === expected ? [] : [`${where}: ${shown(actual)} is not ${shown(expected)}`]
}

const operators: Record<string, (wanted: unknown, actual: unknown) => boolean> = {
  $regex: (wanted, actual) =>
    present(actual) && new RegExp(String(wanted)).test([actual].flat().join(', ')),
  $exists: (wanted, actual) => present(actual) === wanted,
  $contains: (wanted, actual) => String(actual).includes(String(wanted)),
  $gte: (wanted, actual) => present(actual) && Number(actual) >= Number(wanted),
  $lte: (wanted, actual) => present(actual) && Number(actual) <= Number(wanted),
  $type: (wanted, actual) => typeName(actual) === wanted,
  $any_of: (wanted, actual) =>
    (wanted as unknown[]).some((option) => match(option, actual, '').length === 0),
  $equal_set: (wanted, actual) => sorted(wanted) === sorted([actual].flat()),
  $unordered: (wanted, actual) => {
    if (!Array.isArray(actual)) return false
    const left = [...(wanted as unknown[])]
    for (const item of actual) {
      const at = left.findIndex((option) => match(option, item, '').length === 0)
      if (at < 0) return false
      left.splice(at, 1)
    }
    return left.length === 0
  },
}

const matchOperator = (
  expected: Record<string, unknown>,
  actual: unknown,
  where: string,
): string[] =>
  Object.entries(expected).flatMap(([name, wanted]) => {
    const operator = operators[name]
    if (!operator) return [`${where}: unknown matcher ${name}`]
    return operator(wanted, actual)
      ? []
      : [`${where}: ${shown(actual)} fails ${name} ${shown(wanted)}`]
  })

const matchObject = (
  expected: Record<string, unknown>,
  actual: unknown,
  where: string,
): string[] => {
  if (typeof actual !== 'object' || actual === null) {
    return [`${where}: expected an object, got ${shown(actual)}`]
  }
  const members = actual as Record<string, unknown>
  const problems = Object.entries(expected)
    .filter(([key]) => key !== '$exact')
    .flatMap(([key, value]) => match(value, members[key], `${where}.${key}`))
  if (expected.$exact !== true) return problems
  const surplus = Object.keys(members).filter((key) => !(key in expected))
  return [...problems, ...surplus.map((key) => `${where}.${key}: unexpected`)]
}

const matchList = (expected: unknown[], actual: unknown, where: string): string[] => {
  if (!Array.isArray(actual)) {
    return expected.length === 1
      ? match(expected[0], actual, where)
      : [`${where}: expected a list, got ${shown(actual)}`]
  }
  if (expected.length !== actual.length) {
    return [`${where}: ${actual.length} items instead of ${expected.length}: ${shown(actual)}`]
  }
  return expected.flatMap((item, index) => match(item, actual[index], `${where}[${index}]`))
}

const present = (value: unknown): boolean => value !== undefined && value !== null
const typeName = (value: unknown): string =>
  Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
const sorted = (values: unknown): string => JSON.stringify((values as unknown[]).map(String).sort())
const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 400)
