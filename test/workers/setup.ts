import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

/** Each test file starts on an empty database with all migrations applied. */
await applyD1Migrations(env.DB, env.MIGRATIONS)
