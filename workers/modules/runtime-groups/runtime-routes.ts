import type { ConfigAnswer } from '#engine/protocol'
import { get, post } from '#workers/api/module'
import { Problem } from '#workers/api/problem'
import { contentStore } from './content.ts'
import { register, runtimeOf } from './registration.ts'
import { ConfigQuery, RegisterBody, Root, SnapshotQuery, StatusBody } from './runtime-shapes.ts'
import { groupObject } from './stub.ts'

/** What runtimes call: engine/protocol.ts. Each call shows a token of its own kind. */
export const runtimeRoutes = [
  post('/runtime/v1/register', {
    summary: 'Register a runtime, with a registration token',
    public: true,
    body: RegisterBody,
    status: 201,
    handle: (context, { body, request }) => register(context, request, body),
  }),

  get('/runtime/v1/config', {
    summary: 'Wait for a version above the one that the runtime has',
    public: true,
    query: ConfigQuery,
    async handle(context, { query, request }) {
      const runtime = await runtimeOf(context, request)
      const answer: ConfigAnswer | null = await groupObject(context.env, runtime.group.id).poll(
        runtime.id,
        { version: query.version, issued: query.issued ?? null },
        query.wait * 1000,
        context.now(),
      )
      return answer ?? new Response(null, { status: 204 })
    },
  }),

  get('/runtime/v1/snapshots/:root', {
    summary: 'Read the content of a version, or what changed since another one',
    public: true,
    query: SnapshotQuery,
    async handle(context, { params, query, request }) {
      const { group } = await runtimeOf(context, request)
      const { success, data: root } = Root.safeParse(params.root)
      if (!success) throw new Problem('not_found', 'A snapshot is named by its root.')
      const store = contentStore(context.env.CONTENT, group.id)
      if (query.base !== undefined && query.base !== root) {
        const path = await groupObject(context.env, group.id).path(query.base, root)
        const delta = path && (await store.delta(path))
        if (delta) return delta
      }
      const snapshot = await store.open(root)
      if (!snapshot) throw new Problem('not_found', `There is no snapshot ${root}.`)
      return new Response(snapshot.body, {
        headers: {
          'content-type': 'application/json',
          'content-length': String(snapshot.size),
          etag: snapshot.httpEtag,
        },
      })
    },
  }),

  post('/runtime/v1/status', {
    summary: 'Say what a runtime runs, and what it would not run',
    public: true,
    body: StatusBody,
    status: 204,
    async handle(context, { body, request }) {
      const { id, group } = await runtimeOf(context, request)
      await groupObject(context.env, group.id).report(id, body, context.now())
    },
  }),
]
