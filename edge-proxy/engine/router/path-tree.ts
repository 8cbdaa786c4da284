import { Bucket } from './bucket.ts'
import type { Placement } from './placement.ts'

interface Node {
  /** Characters between the parent and this node. */
  label: string
  /** By the code of the first character of their labels. */
  children: Map<number, Node> | undefined
  bucket: Bucket | undefined
  /** Lowest order in here and below. */
  first: number
}

/**
 * Placements by what their paths begin with, in a radix tree: a look-up walks the characters of the path once, however
 * many there are. Prefixes stand at their whole text, regular expressions at the literal text that they begin with.
 */
export class PathTree {
  private readonly root: Node = node('', Number.POSITIVE_INFINITY)

  /** Lowest order in the tree. */
  get first(): number {
    return this.root.first
  }

  /** Placements must come in order. */
  add(placement: Placement): void {
    const { path } = placement
    const text = path === undefined ? '' : path.kind === 'prefix' ? path.text : path.literal
    const target = this.nodeAt(text, placement.order)
    target.bucket ??= new Bucket()
    target.bucket.add(placement)
  }

  /**
   * Puts the buckets that a path leads to into `found`, the nearest to the root first, and answers how many. Leaves out
   * branches that have nothing before `bound`.
   */
  find(path: string, bound: number, found: Bucket[]): number {
    let count = 0
    let at = 0
    let current: Node | undefined = this.root
    while (current && current.first < bound && path.startsWith(current.label, at)) {
      at += current.label.length
      if (current.bucket) found[count++] = current.bucket
      current = at < path.length ? current.children?.get(path.charCodeAt(at)) : undefined
    }
    return count
  }

  private nodeAt(text: string, order: number): Node {
    let current = this.root
    let at = 0
    for (;;) {
      current.first = Math.min(current.first, order)
      if (at === text.length) return current
      const code = text.charCodeAt(at)
      current.children ??= new Map()
      const child: Node | undefined = current.children.get(code)
      if (!child) {
        const leaf = node(text.slice(at), order)
        current.children.set(code, leaf)
        return leaf
      }
      const shared = sharedLength(child.label, text, at)
      if (shared < child.label.length) {
        const middle = node(child.label.slice(0, shared), child.first)
        child.label = child.label.slice(shared)
        middle.children = new Map([[child.label.charCodeAt(0), child]])
        current.children.set(code, middle)
        current = middle
      } else current = child
      at += shared
    }
  }
}

const node = (label: string, first: number): Node => ({
  label,
  children: undefined,
  bucket: undefined,
  first,
})

/** How many characters of the label the text goes on with. */
const sharedLength = (label: string, text: string, from: number): number => {
  const most = Math.min(label.length, text.length - from)
  for (let at = 0; at < most; at++) {
    if (label.charCodeAt(at) !== text.charCodeAt(from + at)) return at
  }
  return most
}
