/** A set of addresses and CIDR ranges, of both families. */
export interface AddressSet {
  has(address: string): boolean
}

interface Range {
  bits: bigint
  prefix: bigint
  v6: boolean
}

/** Parses addresses and CIDR ranges. Throws naming the entry that is neither. */
export const addressSet = (entries: readonly string[]): AddressSet => {
  const ranges = entries.map(parseRange)
  if (ranges.length === 0) return { has: () => false }
  const known = new Map<string, boolean>()
  return {
    has(address) {
      const before = known.get(address)
      if (before !== undefined) return before
      if (known.size >= 4096) known.clear()
      const parsed = parseAddress(address)
      const found = parsed !== undefined && ranges.some((range) => contains(range, parsed))
      known.set(address, found)
      return found
    },
  }
}

const parseRange = (entry: string): Range => {
  const slash = entry.indexOf('/')
  const address = parseAddress(slash < 0 ? entry : entry.slice(0, slash))
  const width = address?.v6 ? 128 : 32
  const length = slash < 0 ? width : Number(entry.slice(slash + 1))
  if (!address || !Number.isInteger(length) || length < 0 || length > width) {
    throw new Error(`'${entry}' is not an address or a CIDR range`)
  }
  const shift = BigInt(width - length)
  return { bits: shift, prefix: address.value >> shift, v6: address.v6 }
}

const contains = (range: Range, address: { value: bigint; v6: boolean }): boolean =>
  range.v6 === address.v6 && address.value >> range.bits === range.prefix

const parseAddress = (text: string): { value: bigint; v6: boolean } | undefined => {
  if (!text.includes(':')) {
    const value = parseV4(text)
    return value === undefined ? undefined : { value, v6: false }
  }
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)
  if (mapped) return parseAddress(mapped[1] as string)
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groups(halves[0] as string)
  const tail = halves.length === 2 ? groups(halves[1] as string) : []
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  let value = 0n
  for (const group of [...head, ...Array<number>(missing).fill(0), ...tail]) {
    value = (value << 16n) | BigInt(group)
  }
  return { value, v6: true }
}

const parseV4 = (text: string): bigint | undefined => {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0n
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined
    value = (value << 8n) | BigInt(part)
  }
  return value
}

const groups = (text: string): number[] | undefined => {
  if (text === '') return []
  const found: number[] = []
  for (const part of text.split(':')) {
    if (part.includes('.')) {
      const v4 = parseV4(part)
      if (v4 === undefined) return undefined
      found.push(Number(v4 >> 16n), Number(v4 & 0xffffn))
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      found.push(Number.parseInt(part, 16))
    } else return undefined
  }
  return found
}
