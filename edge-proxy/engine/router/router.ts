import { textOf } from '#model/path'
import type { ConfiguredRoute } from '../configuration.ts'
import type { Bucket } from './bucket.ts'
import { type Candidate, candidatesOf } from './candidate.ts'
import { HostIndex } from './host-index.ts'
import type { PathTree } from './path-tree.ts'
import { fitOf, type Placement } from './placement.ts'
import type { PathFit } from './predicates.ts'
import { comparePriorities } from './priority.ts'
import type { RouterRequest } from './request.ts'

export interface RouteMatch {
  route: ConfiguredRoute
  /** The part of the normal path that a path of the route matched; empty when the route has no paths. */
  matched: string
  /** Groups of the regular expression, by number and by name; undefined when it has none. */
  captures: Record<string, string> | undefined
}

export interface Router {
  /** The route of a request, or nothing. */
  match(request: RouterRequest): RouteMatch | undefined
}

/**
 * A router of Kong's `traditional_compatible` flavour over routes whose services are enabled. Candidates are ordered here,
 * once; a look-up follows the request's host and path through the index and takes the first in order that fits, so that
 * it costs as much as the match is deep, not as there are routes. Throws RouteError for a route that cannot be compiled.
 */
export const buildRouter = (routes: Iterable<ConfiguredRoute>): Router => {
  const index = new HostIndex()
  for (const placement of placementsOf(routes)) index.add(placement)
  return new IndexedRouter(index)
}

/** All ways to match, in order: higher priority first, then the larger id, then paths as the route lists them. */
export const placementsOf = (routes: Iterable<ConfiguredRoute>): Placement[] => {
  const candidates: Candidate[] = []
  for (const route of routes) candidates.push(...candidatesOf(route))
  candidates.sort((a, b) => comparePriorities(a.priority, b.priority) || compareIds(a, b))

  const placements: Placement[] = []
  let order = 0
  for (const candidate of candidates) {
    for (const path of orNone(candidate.paths)) {
      for (const host of orNone(candidate.hosts)) placements.push({ order, candidate, host, path })
      order++
    }
  }
  return placements
}

class IndexedRouter implements Router {
  private readonly index: HostIndex
  // State of the look-up under way: there is one at a time, and it ends before anything else runs.
  private request: RouterRequest | undefined
  private text: string | undefined
  private spelt = false
  private best: Placement | undefined
  private fitting: PathFit | undefined
  private bound = Number.POSITIVE_INFINITY
  private readonly buckets: Bucket[] = []

  constructor(index: HostIndex) {
    this.index = index
  }

  match(request: RouterRequest): RouteMatch | undefined {
    this.request = request
    this.spelt = false
    this.best = undefined
    this.bound = Number.POSITIVE_INFINITY
    this.index.trees(request.host, this.visitTree)
    this.request = undefined
    return this.outcome()
  }

  private outcome(): RouteMatch | undefined {
    if (!this.best || !this.fitting) return undefined
    const { matched, captures } = this.fitting
    return { route: this.best.candidate.route, matched, captures }
  }

  /** Deepest first: longer paths mostly go first, and what is found bounds the rest. */
  private readonly visitTree = (tree: PathTree): void => {
    const request = this.request as RouterRequest
    const { buckets } = this
    let at = tree.find(request.normal_path, this.bound, buckets)
    while (at > 0) buckets[--at]?.lists(request, this.visitList)
  }

  private readonly visitList = (placements: readonly Placement[]): void => {
    const request = this.request as RouterRequest
    for (const placement of placements) {
      if (placement.order >= this.bound) return
      if (placement.path?.kind === 'regex' && !this.spelt) {
        this.text = textOf(request.normal_path)
        this.spelt = true
      }
      const fitting = fitOf(placement, request, this.text)
      if (!fitting) continue
      this.best = placement
      this.fitting = fitting
      this.bound = placement.order
      return
    }
  }
}

const orNone = <T>(list: readonly T[]): readonly (T | undefined)[] =>
  list.length > 0 ? list : [undefined]

const compareIds = (a: Candidate, b: Candidate): number => {
  const [first, second] = [a.tieId(), b.tieId()]
  return first < second ? 1 : first > second ? -1 : 0
}
