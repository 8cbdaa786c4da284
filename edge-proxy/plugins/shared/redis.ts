import * as z from 'zod'
import { between, nullable, optional, record, text } from '#model/types'

/** How to reach a Redis server: the same record in every plugin that can use one. */
export const redis = record({
  host: optional(text).meta({ description: 'Host name or address of the server.' }),
  port: nullable(between(0, 65_535), 6379).meta({ description: 'Port of the server.' }),
  timeout: nullable(between(0, 2_147_483_646), 2000).meta({
    description: 'Milliseconds to wait for a connection, a write or an answer.',
  }),
  username: optional(text).meta({ description: 'User to sign in as.', referenceable: true }),
  password: optional(z.string()).meta({
    description: 'Password to sign in with.',
    secret: 'used',
    referenceable: true,
    widget: 'password',
  }),
  database: nullable(z.int(), 0).meta({ description: 'Number of the database.' }),
  ssl: nullable(z.boolean(), false).meta({ description: 'Whether to use TLS.' }),
  ssl_verify: nullable(z.boolean(), false).meta({
    description: 'Whether the certificate must verify.',
  }),
  server_name: optional(text).meta({ description: 'Server name for the TLS handshake.' }),
}).meta({ description: 'Where the Redis server is.' })
