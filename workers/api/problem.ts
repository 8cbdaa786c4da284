import { type Fields, sentence } from '#model/violation'

/**
 * Every way a request can fail: its HTTP status, its title, and the number that Kong's clients know it by.
 * `message` is what is said when the one who throws says nothing.
 */
const codes = {
  invalid_primary_key: { status: 400, kong: 1, title: 'invalid primary key' },
  invalid: { status: 400, kong: 2, title: 'schema violation' },
  primary_key_violation: { status: 400, kong: 3, title: 'primary key violation' },
  foreign_key_violation: { status: 400, kong: 4, title: 'foreign key violation' },
  unique_violation: { status: 409, kong: 5, title: 'unique constraint violation' },
  no_entity: { status: 404, kong: 6, title: 'not found' },
  invalid_offset: { status: 400, kong: 7, title: 'invalid offset' },
  invalid_size: { status: 400, kong: 9, title: 'invalid size' },
  invalid_unique: { status: 400, kong: 10, title: 'invalid unique name' },
  invalid_options: { status: 400, kong: 11, title: 'invalid options' },
  foreign_keys_unresolved: { status: 400, kong: 13, title: 'foreign keys unresolved' },
  referenced_by_others: { status: 400, kong: 19, title: 'referenced by others' },
  invalid_declarative: { status: 400, kong: 14, title: 'invalid declarative configuration' },
  bad_request: { status: 400, title: 'Bad request' },
  unauthorized: { status: 401, title: 'Unauthorized' },
  forbidden: { status: 403, title: 'Forbidden' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  conflict: { status: 409, title: 'Conflict' },
  too_large: { status: 413, title: 'Payload too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'An unexpected error occurred' },
  unavailable: { status: 503, title: 'Service unavailable' },
} as const satisfies Record<string, { status: number; title: string; kong?: number }>

export type ProblemCode = keyof typeof codes

/** An expected failure: thrown anywhere, turned into an answer in one place. */
export class Problem extends Error {
  override name = 'Problem'
  readonly code: ProblemCode
  readonly fields: Fields | undefined
  /** Further members of the answer: `options` of a refused list, `flattened_errors` of a refused import. */
  readonly more: Record<string, unknown>

  constructor(
    code: ProblemCode,
    message?: string,
    fields?: Fields,
    more: Record<string, unknown> = {},
  ) {
    super(message ?? (code === 'invalid' && fields ? sentence(fields) : codes[code].title))
    this.code = code
    this.fields = fields
    this.more = more
  }

  get status(): number {
    return codes[this.code].status
  }
}

/** RFC 9457, for everything under /v2 but gateway entities. `message` is there for clients that only look for it. */
export const problemJson = (problem: Problem, headers: Record<string, string> = {}): Response =>
  Response.json(
    {
      type: `urn:tidegate:problem:${problem.code}`,
      title: codes[problem.code].title,
      status: problem.status,
      code: problem.code,
      detail: problem.message,
      message: problem.message,
      ...(problem.fields ? { fields: problem.fields } : {}),
      ...problem.more,
    },
    {
      status: problem.status,
      headers: { ...headers, 'content-type': 'application/problem+json; charset=utf-8' },
    },
  )

/** Kong's error body, for the Admin API and core entities: decK, Terraform and scripts read it. */
export const kongProblem = (problem: Problem): Response => {
  const entry: { title: string; kong?: number } = codes[problem.code]
  const body =
    entry.kong === undefined
      ? { message: problem.message, ...(problem.fields ? { fields: problem.fields } : {}) }
      : {
          message: problem.message,
          name: entry.title,
          code: entry.kong,
          ...(problem.fields ? { fields: problem.fields } : {}),
          ...problem.more,
        }
  return Response.json(body, {
    status: problem.status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  })
}
