import type { ExchangeRequest } from '#engine/exchange'
import { type Argument, argumentsOf, withoutArgument } from './arguments.ts'
import { multipartFields, withoutPart } from './multipart.ts'
import { byteStringOf, bytesOf } from './text.ts'

/** A request body as fields: form, JSON object or multipart. Undefined for anything else, or when it cannot be read. */
export const bodyFields = async (
  request: ExchangeRequest,
): Promise<Record<string, unknown> | undefined> => {
  if (!request.body) return undefined
  const type = request.headers.get('content-type')
  if (type === undefined) return undefined
  const lower = type.toLowerCase()
  if (lower.includes('application/x-www-form-urlencoded')) {
    return argumentsOf(byteStringOf(await request.body.read())) satisfies Record<string, Argument>
  }
  if (lower.includes('application/json')) return parsed(await request.body.text())
  if (lower.includes('multipart/form-data')) {
    return multipartFields(byteStringOf(await request.body.read()), type)
  }
  return undefined
}

/** Takes a field out of the body, in its own format. Other fields stay; of forms and multipart every byte. */
export const removeBodyField = async (request: ExchangeRequest, name: string): Promise<void> => {
  const fields = await bodyFields(request)
  if (!fields || !request.body || !Object.hasOwn(fields, name)) return
  const type = request.headers.get('content-type') ?? ''
  const lower = type.toLowerCase()
  if (lower.includes('application/json')) {
    const { [name]: _, ...rest } = fields
    request.body.replace(new TextEncoder().encode(JSON.stringify(rest)))
  } else {
    const raw = byteStringOf(await request.body.read())
    const rest = lower.includes('multipart/form-data')
      ? withoutPart(raw, type, name)
      : withoutArgument(raw, name)
    request.body.replace(bytesOf(rest))
  }
}

const parsed = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
