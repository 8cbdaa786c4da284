import { STATUS_CODES } from 'node:http'
import { Body } from '#engine/body'
import type { ExchangeResponse } from '#engine/exchange'
import { HeaderList } from '#engine/headers'

/** An error answer for a server that was given no pages of its own. */
export const plainErrorPage = (status: number): ExchangeResponse => {
  const headers = new HeaderList()
  headers.append('Content-Type', 'text/plain; charset=utf-8', 'content-type')
  const body = Body.of(`${STATUS_CODES[status] ?? 'Error'}\n`)
  return { status, headers, body, reason: undefined }
}
