import { catalogOf } from '#engine/catalog'
import type { PluginType } from '#engine/plugin'
import correlationId from './correlation-id.ts'
import cors from './cors.ts'
import httpLog from './http-log.ts'
import keyAuth from './key-auth.ts'
import rateLimiting from './rate-limiting.ts'
import requestTermination from './request-termination.ts'

/** Every plugin there is. */
export const plugins: PluginType[] = [
  correlationId,
  cors,
  httpLog,
  keyAuth,
  rateLimiting,
  requestTermination,
]

export const catalog = catalogOf(plugins)
