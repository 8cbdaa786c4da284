import { sql } from 'drizzle-orm'
import { get, type Module, module } from './module.ts'
import { openapiOf } from './openapi.ts'
import { referencePage } from './reference-page.ts'
import { VERSION } from './version.ts'

/** What the control plane says of itself: its description, a page to read it on, and whether it is well. */
export const documentation = (modules: readonly Module[]): Module => {
  let described: Record<string, unknown> | undefined
  const own: Module = module({
    name: 'documentation',
    summary: 'What this API is, and whether it is well.',
    routes: [
      get('/openapi.json', {
        summary: 'This document',
        public: true,
        handle: () => {
          described ??= openapiOf([...modules, own])
          return described
        },
      }),
      get('/reference', {
        summary: 'This document as a page',
        public: true,
        handle: referencePage,
      }),
      get('/health', {
        summary: 'Whether the control plane and its database answer',
        public: true,
        async handle({ db }) {
          const database = await db.run(sql`select 1`).then(
            () => true,
            () => false,
          )
          return Response.json(
            { status: database ? 'ok' : 'failing', version: VERSION, database },
            { status: database ? 200 : 503 },
          )
        },
      }),
    ],
  })
  return own
}
