/** One address of an upstream. */
export interface Peer {
  host: string
  port: number
  weight: number
}

/** Most entries on a wheel: weights beyond it are scaled down, keeping at least one entry for each peer. */
const LONGEST = 10_000

/**
 * Strict rotation over peers by weight: each full turn gives every peer its exact share (weight over the greatest common
 * divisor). The wheel is shuffled when it is built, so that several runtimes do not march in step.
 */
export class RoundRobin {
  readonly #wheel: Peer[]
  #at = 0

  constructor(peers: readonly Peer[], random: () => number = Math.random) {
    const weighted = peers.filter((peer) => peer.weight > 0)
    const divisor = weighted.reduce((least, peer) => gcd(least, peer.weight), 0)
    const total = weighted.reduce((sum, peer) => sum + peer.weight / divisor, 0)
    const scale = total > LONGEST ? LONGEST / total : 1
    this.#wheel = weighted.flatMap((peer) =>
      Array<Peer>(Math.max(1, Math.round((peer.weight / divisor) * scale))).fill(peer),
    )
    for (let at = this.#wheel.length - 1; at > 0; at--) {
      const other = Math.floor(random() * (at + 1))
      const swapped = this.#wheel[at] as Peer
      this.#wheel[at] = this.#wheel[other] as Peer
      this.#wheel[other] = swapped
    }
  }

  /** The next peer that was not tried yet; when all were, the next one. Undefined without peers. */
  next(tried: ReadonlySet<Peer>): Peer | undefined {
    const { length } = this.#wheel
    for (let step = 0; step < length; step++) {
      const peer = this.#wheel[this.#at++ % length] as Peer
      if (!tried.has(peer)) return peer
    }
    return length === 0 ? undefined : this.#wheel[this.#at++ % length]
  }
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
