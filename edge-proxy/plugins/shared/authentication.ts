import type { ConfiguredConsumer } from '#engine/configuration'
import type { Credential, Exchange } from '#engine/exchange'
import type { HeaderList } from '#engine/headers'
import { type Outcome, type Refusal, refuse } from '#engine/plugin'

/**
 * What all authentication plugins share. Without `anonymous` a request must pass (several plugins: all of them). With it,
 * a request that somebody already authenticated passes untried, and one that fails goes on as the anonymous consumer.
 */
export const authenticated = (
  exchange: Exchange,
  anonymous: string | null | undefined,
  attempt: () => Refusal | undefined | Promise<Refusal | undefined>,
): Outcome | Promise<Outcome> => {
  if (!anonymous) return attempt()
  if (exchange.credential) return undefined
  const refusal = attempt()
  if (!(refusal instanceof Promise)) return refusal && goOnAs(exchange, anonymous)
  return refusal.then((reason) => reason && goOnAs(exchange, anonymous))
}

/** Makes the request that of a consumer, and tells the upstream who it is. */
export const identify = (
  exchange: Exchange,
  consumer: ConfiguredConsumer,
  credential: Credential,
  identifier: string,
): void => {
  exchange.consumer = consumer
  exchange.credential = credential
  exchange.anonymous = false
  const { headers } = exchange.request
  describe(headers, consumer)
  headers.set('X-Credential-Identifier', identifier, 'x-credential-identifier')
  headers.delete('x-anonymous-consumer')
}

const goOnAs = (exchange: Exchange, anonymous: string): Refusal | undefined => {
  const consumer = exchange.configuration.consumerBy(anonymous)
  if (!consumer) {
    return refuse(500, `anonymous consumer ${anonymous} is configured but doesn't exist`)
  }
  exchange.consumer = consumer
  exchange.credential = undefined
  exchange.anonymous = true
  const { headers } = exchange.request
  describe(headers, consumer)
  headers.delete('x-credential-identifier')
  headers.set('X-Anonymous-Consumer', 'true', 'x-anonymous-consumer')
  return undefined
}

/** Client-sent headers of these names never pass. */
const describe = (headers: HeaderList, { entity }: ConfiguredConsumer): void => {
  headers.set('X-Consumer-ID', entity.id, 'x-consumer-id')
  put(headers, 'X-Consumer-Custom-ID', 'x-consumer-custom-id', entity.custom_id)
  put(headers, 'X-Consumer-Username', 'x-consumer-username', entity.username)
}

const put = (headers: HeaderList, name: string, key: string, value: string | null | undefined) => {
  if (value) headers.set(name, value, key)
  else headers.delete(key)
}
