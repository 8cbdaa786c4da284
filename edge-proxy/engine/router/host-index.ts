import { PathTree } from './path-tree.ts'
import type { Placement } from './placement.ts'

/** Path trees by the hosts that lead to them. */
export class HostIndex {
  private readonly plain = new Map<string, PathTree>()
  /** `*.a.com` by `.a.com`, `a.*` by `a.`. */
  private readonly ends = new Map<string, PathTree>()
  private readonly starts = new Map<string, PathTree>()
  private readonly any = new PathTree()

  /** Placements must come in order. */
  add(placement: Placement): void {
    this.treeOf(placement).add(placement)
  }

  /** Calls with each tree that a host leads to. */
  trees(host: string, visit: (tree: PathTree) => void): void {
    const plain = this.plain.get(host)
    if (plain) visit(plain)
    if (this.ends.size > 0) {
      for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
        const tree = this.ends.get(host.slice(dot))
        if (tree) visit(tree)
      }
    }
    if (this.starts.size > 0) {
      for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
        const tree = this.starts.get(host.slice(0, dot + 1))
        if (tree) visit(tree)
      }
    }
    visit(this.any)
  }

  private treeOf({ host }: Placement): PathTree {
    if (host === undefined) return this.any
    if (host.kind === 'plain') return treeIn(this.plain, host.text)
    if (host.kind === 'ends' && host.text.startsWith('.')) return treeIn(this.ends, host.text)
    if (host.kind === 'starts' && host.text.endsWith('.')) return treeIn(this.starts, host.text)
    // wildcards that are not whole labels: the host is compared when the rest fits
    return this.any
  }
}

const treeIn = (trees: Map<string, PathTree>, host: string): PathTree => {
  let tree = trees.get(host)
  if (!tree) {
    tree = new PathTree()
    trees.set(host, tree)
  }
  return tree
}
