import type { Gateway } from '#engine/gateway'
import { answer } from './answer.ts'
import { arrivalOf } from './arrival.ts'

/** Takes one request through the gateway. */
export const serve = async (
  gateway: Gateway,
  request: Request<unknown, IncomingRequestCfProperties>,
): Promise<Response> => {
  const exchange = await gateway.handle(arrivalOf(request))
  const { response } = exchange
  if (!response) throw new Error('the gateway handed over an exchange without an answer')
  return answer(response, request.method, (bytes) => gateway.finish(exchange, bytes))
}
