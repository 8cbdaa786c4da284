import * as z from 'zod'
import type { Exchange } from '#engine/exchange'
import { plugin, type Refusal, refuse } from '#engine/plugin'
import { optional, text } from '#model/types'
import { argumentOf, withoutArgument } from './shared/arguments.ts'
import { authenticated, identify } from './shared/authentication.ts'
import { bodyFields, removeBodyField } from './shared/request-body.ts'
import { textOf } from './shared/text.ts'

export default plugin({
  name: 'key-auth',
  priority: 1250,
  summary: 'Lets only requests with a known API key pass, and tells the upstream whose key it is.',
  never: ['consumer'],

  config: {
    key_names: z.array(text).default(['apikey']).meta({
      description: 'Headers, query arguments or body fields that may carry the key, in this order.',
    }),
    hide_credentials: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether the key is taken out before the upstream is called.' }),
    anonymous: optional(text).meta({
      description: 'Id or username of the consumer that requests without a good key go on as.',
    }),
    key_in_header: z.boolean().default(true).meta({ description: 'Look in headers.' }),
    key_in_query: z.boolean().default(true).meta({ description: 'Look in the query.' }),
    key_in_body: z
      .boolean()
      .default(false)
      .meta({ description: 'Look in the body: form, JSON or multipart. The body is then read.' }),
    run_on_preflight: z
      .boolean()
      .default(true)
      .meta({ description: 'Whether OPTIONS requests need a key too.' }),
    realm: optional(text).meta({
      description: 'Realm that the WWW-Authenticate header of a refusal names.',
    }),
  },

  examples: [
    { summary: 'A key in the header or query argument `apikey`', config: {} },
    {
      summary: 'A key in the header X-API-Key only, which the upstream does not see',
      config: { key_names: ['x-api-key'], key_in_query: false, hide_credentials: true },
    },
  ],

  create(config, { host }) {
    const { anonymous, hide_credentials, key_in_body, key_in_header, key_in_query } = config
    const names = config.key_names.map((name) => ({
      name,
      header: name.toLowerCase(),
      // A name with `_` is also found in the spelling that proxies let through.
      spelled: name.includes('_') ? name.toLowerCase().replaceAll('_', '-') : undefined,
    }))
    const challenge = { 'WWW-Authenticate': config.realm ? `Key realm="${config.realm}"` : 'Key' }
    const duplicate = refuse(401, 'Duplicate API key found', challenge)
    const missing = refuse(401, 'No API key found in request', challenge)
    const unknown = refuse(401, 'Unauthorized', challenge)

    const find = (
      exchange: Exchange,
      fields: Record<string, unknown> | undefined,
    ): { name: (typeof names)[number]; key: string } | Refusal => {
      const { headers, query } = exchange.request
      for (const name of names) {
        let value: unknown
        if (key_in_header) value = headerValue(headers.getAll(name.header))
        if (value === undefined && key_in_header && name.spelled !== undefined)
          value = headerValue(headers.getAll(name.spelled))
        if (value === undefined && key_in_query) value = argumentOf(query, name.name)
        if (value === undefined) value = fields?.[name.name]
        if (typeof value === 'string') return value === '' ? missing : { name, key: value }
        if (typeof value === 'object' && value !== null) return duplicate
      }
      return missing
    }

    const check = (
      exchange: Exchange,
      fields: Record<string, unknown> | undefined,
    ): Refusal | undefined | Promise<undefined> => {
      const found = find(exchange, fields)
      if ('kind' in found) return found
      const { configuration } = exchange
      const credential = configuration.credential(
        'keyauth_credentials',
        host.digest(textOf(found.key)),
      )
      const consumer = credential && configuration.consumer(credential.consumer.id)
      if (!credential || !consumer) return unknown
      identify(exchange, consumer, credential, credential.id)
      return hide_credentials ? hide(exchange, found.name) : undefined
    }

    const hide = (
      exchange: Exchange,
      { name, header, spelled }: (typeof names)[number],
    ): undefined | Promise<undefined> => {
      const { request, upstream } = exchange
      request.headers.delete(header)
      if (spelled !== undefined) request.headers.delete(spelled)
      if (upstream?.query !== undefined) {
        const rest = withoutArgument(upstream.query, name)
        if (rest !== upstream.query) upstream.query = rest === '' ? undefined : rest
      }
      if (key_in_body) return removeBodyField(request, name).then(() => undefined)
      return undefined
    }

    return {
      request(exchange) {
        if (!config.run_on_preflight && exchange.request.method === 'OPTIONS') return undefined
        return authenticated(exchange, anonymous, () =>
          key_in_body
            ? bodyFields(exchange.request).then((fields) => check(exchange, fields))
            : check(exchange, undefined),
        )
      },
    }
  },
})

const headerValue = (values: string[]): string | string[] | undefined =>
  values.length > 1 ? values : values[0]
