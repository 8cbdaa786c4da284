import type { Candidate, HostMatcher, PathMatcher } from './candidate.ts'
import { headersFit, hostFits, methodFits, type PathFit, pathFits, sniFits } from './predicates.ts'
import type { RouterRequest } from './request.ts'

/** One way to match a candidate: one of its hosts with one of its paths. */
export interface Placement {
  /** Place among all: the lowest that fits wins. */
  readonly order: number
  readonly candidate: Candidate
  readonly host: HostMatcher | undefined
  readonly path: PathMatcher | undefined
}

const WHOLE: PathFit = { matched: '', captures: undefined }

/** What of the path fits when everything else does; cheap questions first. `text` spells the path's characters. */
export const fitOf = (
  { candidate, host, path }: Placement,
  request: RouterRequest,
  text: string | undefined,
): PathFit | undefined => {
  if (!methodFits(candidate, request)) return undefined
  if (host !== undefined && !hostFits(host, request)) return undefined
  if (!sniFits(candidate, request) || !headersFit(candidate, request)) return undefined
  return path === undefined ? WHOLE : pathFits(path, request.normal_path, text)
}
