import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** Cost of a hash: 2^ln blocks of 128*r bytes, p times. About 280 ms of CPU and 16 MiB: OWASP's advice for scrypt. */
interface Cost {
  ln: number
  r: number
  p: number
}

const COST: Cost = { ln: 14, r: 8, p: 5 }
const SALT_BYTES = 16
const HASH_BYTES = 32
/** Hashes that ask for more than this are not ours, and would only burn CPU. */
const HIGHEST: Cost = { ln: 17, r: 8, p: 8 }

const FORM = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]{22})\$([\w+/]{43})$/

/** `$scrypt$ln=14,r=8,p=5$salt$hash`, base64 without padding (PHC string format): it says itself what it cost. */
export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(password, salt, COST)
  const { ln, r, p } = COST
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`
}

/** Whether it is the password of that hash; compares in constant time. */
export const verifyPassword = async (password: string, kept: string): Promise<boolean> => {
  const read = readHash(kept)
  if (!read) return false
  return timingSafeEqual(await derive(password, read.salt, read.cost), read.hash)
}

/** Whether a hash was made at another cost than new ones are: then it is made anew at the next sign-in. */
export const isOutdated = (kept: string): boolean => {
  const cost = readHash(kept)?.cost
  return cost?.ln !== COST.ln || cost.r !== COST.r || cost.p !== COST.p
}

const readHash = (kept: string): { cost: Cost; salt: Buffer; hash: Buffer } | undefined => {
  const [, ln, r, p, salt, hash] = FORM.exec(kept) ?? []
  if (salt === undefined || hash === undefined) return undefined
  const cost: Cost = { ln: Number(ln), r: Number(r), p: Number(p) }
  if (cost.ln > HIGHEST.ln || cost.r > HIGHEST.r || cost.p > HIGHEST.p) return undefined
  if (cost.ln < 1 || cost.r < 1 || cost.p < 1) return undefined
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

const derive = (password: string, salt: Uint8Array, { ln, r, p }: Cost): Promise<Buffer> => {
  const N = 2 ** ln
  // Node refuses what needs more memory than it is told; twice the need leaves room for its own
  const maxmem = 256 * N * r
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, { N, r, p, maxmem }, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
