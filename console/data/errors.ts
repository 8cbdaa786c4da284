import type { Fields } from '#model/violation'

/** What the API answered when it did not do what was asked. `status` 0: no answer came at all. */
export class ApiError extends Error {
  readonly status: number
  readonly fields: Fields
  readonly code: string | undefined

  constructor(status: number, message: string, fields: Fields = {}, code?: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.fields = fields
    this.code = code
  }
}

/** Reads both error bodies that the API has: problem details (RFC 9457), and Kong's `message`, `fields`. */
export const errorFrom = async (response: Response): Promise<ApiError> => {
  const body: unknown = await response.json().catch(() => undefined)
  const told = isRecord(body) ? body : {}
  const message = [told.detail, told.message, told.title].find((text) => typeof text === 'string')
  return new ApiError(
    response.status,
    typeof message === 'string' ? message : `The control plane answered ${response.status}.`,
    isRecord(told.fields) ? (told.fields as Fields) : {},
    typeof told.code === 'string' ? told.code : undefined,
  )
}

/** A sentence for a person, whatever was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'Something unexpected happened.'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
