import type { HeaderMatcher } from './candidate.ts'
import type { Placement } from './placement.ts'
import { headerKey } from './predicates.ts'
import type { RouterRequest } from './request.ts'

interface HeaderIndex {
  spelt: string
  key: string
  byValue: Map<string, Placement[]>
}

interface NameIndex {
  byName: Map<string, Placement[]>
  /** Plain http ignores server names: there every one of these may fit. */
  all: Placement[]
}

/**
 * Placements that share a host and the beginning of a path, each in the one list that asks most of a request: by a header
 * value, else by method, else by server name, else in the open list. Lists are in order.
 */
export class Bucket {
  private readonly open: Placement[] = []
  private byMethod: Map<string, Placement[]> | undefined
  private byHeader: HeaderIndex[] | undefined
  private bySni: NameIndex | undefined

  /** Placements must come in order. */
  add(placement: Placement): void {
    const { headers, methods, snis } = placement.candidate
    const header = headers.find(({ patterns }) => patterns.length === 0)
    if (header) this.addByHeader(placement, header)
    else if (methods) this.addByMethod(placement, methods)
    else if (snis.length > 0 && snis.every(({ kind }) => kind === 'plain')) this.addBySni(placement)
    else this.open.push(placement)
  }

  /** Calls with each list that a request may find its route in. */
  lists(request: RouterRequest, visit: (placements: readonly Placement[]) => void): void {
    if (this.byHeader) {
      const { keys, values } = request.headers
      for (const index of this.byHeader) {
        const key = headerKey(index, request)
        for (let at = keys.indexOf(key); at >= 0; at = keys.indexOf(key, at + 1)) {
          const found = index.byValue.get((values[at] as string).toLowerCase())
          if (found) visit(found)
        }
      }
    }
    if (this.byMethod) {
      const found = this.byMethod.get(request.method)
      if (found) visit(found)
    }
    if (this.bySni) {
      const { byName, all } = this.bySni
      if (request.scheme !== 'https') visit(all)
      else if (request.sni !== undefined) {
        const found = byName.get(request.sni)
        if (found) visit(found)
      }
    }
    if (this.open.length > 0) visit(this.open)
  }

  private addByHeader(placement: Placement, { spelt, key, values }: HeaderMatcher): void {
    this.byHeader ??= []
    let index = this.byHeader.find((known) => known.spelt === spelt)
    if (!index) {
      index = { spelt, key, byValue: new Map() }
      this.byHeader.push(index)
    }
    for (const value of values) append(index.byValue, value, placement)
  }

  private addByMethod(placement: Placement, methods: ReadonlySet<string>): void {
    this.byMethod ??= new Map()
    for (const method of methods) append(this.byMethod, method, placement)
  }

  private addBySni(placement: Placement): void {
    this.bySni ??= { byName: new Map(), all: [] }
    this.bySni.all.push(placement)
    for (const name of new Set(placement.candidate.snis.map(({ text }) => text))) {
      append(this.bySni.byName, name, placement)
    }
  }
}

const append = (lists: Map<string, Placement[]>, key: string, placement: Placement): void => {
  const list = lists.get(key)
  if (list) list.push(placement)
  else lists.set(key, [placement])
}
