import { ApiError, errorFrom } from './errors.ts'

export interface CallOptions {
  body?: unknown
  query?: Record<string, string | number | undefined>
  signal?: AbortSignal
}

let expired: () => void = () => {}

/** Says what happens when an answer shows that the session is over. */
export const onSessionExpired = (then: () => void): void => {
  expired = then
}

/** Calls the API of this origin. Throws `ApiError`; answers undefined where the API answers without a body. */
export const call = async <T>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  { body, query, signal }: CallOptions = {},
): Promise<T> => {
  const response = await fetch(path + queryString(query), {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, 'The control plane cannot be reached.')
  })
  if (!response.ok) {
    const error = await errorFrom(response)
    if (error.status === 401 && path !== '/v2/session') expired()
    throw error
  }
  if (response.status === 204) return undefined as T
  return (await response.json()) as T
}

const queryString = (query: CallOptions['query']): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text && `?${text}`
}
