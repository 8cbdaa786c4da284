import { consistsOf, tokenBytes } from './characters.ts'

/** What a line says of its message or connection; PLAIN for all lines that the wire does not look at. */
export const PLAIN = 0
export const HOST = 1
export const LENGTH = 2
export const ENCODING = 3
export const CONNECTION = 4
export const EXPECT = 5
/** Concerns one connection: never passed on. */
export const HOP = 6

const meanings: Record<string, number> = {
  host: HOST,
  'content-length': LENGTH,
  'transfer-encoding': ENCODING,
  connection: CONNECTION,
  expect: EXPECT,
  'keep-alive': HOP,
  'proxy-connection': HOP,
}

export interface KnownName {
  readonly name: string
  readonly key: string
  /** The beginning of its line. */
  readonly label: string
  readonly meaning: number
  /** Whether the wire writes this line itself, if it has to be there (RFC 9110 section 7.6.1). */
  readonly own: boolean
}

/**
 * Names by their spelling. Bounded: when strangers have filled it with made-up names it starts anew, so that it is a
 * cache and never a leak.
 */
const known = new Map<string, KnownName>()
const MOST_NAMES = 2048
const LONGEST_NAME = 64

/** What is known of a header name; undefined when it is no name by RFC 9110 section 5.1. */
export const knownName = (name: string): KnownName | undefined => known.get(name) ?? learn(name)

const learn = (spelled: string): KnownName | undefined => {
  if (spelled === '' || !consistsOf(spelled, tokenBytes)) return undefined
  // A copy of its own: a slice would keep the whole head that it came from alive.
  const name = Buffer.from(spelled, 'latin1').toString('latin1')
  const key = name.toLowerCase()
  const meaning = meanings[key] ?? PLAIN
  const entry = { name, key, label: `${name}: `, meaning, own: meaning > HOST }
  if (name.length <= LONGEST_NAME) {
    if (known.size >= MOST_NAMES) known.clear()
    known.set(name, entry)
  }
  return entry
}
