import { del, get, post, type Route } from '#workers/api/module'
import type { TokenRow } from './model.ts'
import { signIn, signOut, whoIs } from './sessions.ts'
import { setUp } from './setup.ts'
import {
  CreatedToken,
  SetupAnswer,
  SetupInput,
  SignInInput,
  Token,
  TokenInput,
  TokenPage,
  TokenQuery,
  Who,
} from './shapes.ts'
import { createToken, heldBy, listTokens, revokeToken } from './tokens.ts'

export const routes: Route[] = [
  post('/v2/setup', {
    summary: 'Make the organization and its owner, once, with the setup token',
    public: true,
    body: SetupInput,
    answer: SetupAnswer,
    status: 201,
    async handle(context, { body, request }) {
      const { group, ...made } = await setUp(context, request, body)
      return { ...made, group: { id: group.id, name: group.name } }
    },
  }),
  post('/v2/session', {
    summary: 'Sign in with email and password',
    public: true,
    body: SignInInput,
    answer: Who,
    status: 201,
    handle: (context, { body, request }) => signIn(context, request, body),
  }),
  get('/v2/session', {
    summary: 'Who is signed in',
    answer: Who,
    async handle(context) {
      const { user_id } = await heldBy(context)
      const who = await whoIs(context, user_id)
      return { ...who, user: { ...who.user, role: context.actor.role } }
    },
  }),
  del('/v2/session', {
    summary: 'Sign out',
    public: true,
    status: 204,
    handle: ({ env }, { request }) => signOut(env, request),
  }),
  post('/v2/tokens', {
    summary: 'Make a token for the API; its secret is shown this once',
    body: TokenInput,
    answer: CreatedToken,
    status: 201,
    async handle(context, { body }) {
      const { row, token } = await createToken(context, body)
      const { user } = await whoIs(context, row.user_id)
      return { ...tokenAnswer({ ...row, user_name: user.name }), token }
    },
  }),
  get('/v2/tokens', {
    summary: 'List tokens: owners see all of the organization, others their own',
    query: TokenQuery,
    answer: TokenPage,
    async handle(context, { query: { size, offset }, request }) {
      // one more than asked for tells that there is a next page
      const rows = await listTokens(context, size + 1, offset)
      const data = rows.slice(0, size).map(tokenAnswer)
      const last = data.at(-1)
      if (rows.length <= size || !last) return { data, next: null }
      const url = new URL(request.url)
      url.searchParams.set('offset', last.id)
      return { data, next: url.pathname + url.search, offset: last.id }
    },
  }),
  del('/v2/tokens/:token', {
    summary: 'Revoke a token at once',
    status: 204,
    handle: (context, { params }) => revokeToken(context, params.token),
  }),
]

const tokenAnswer = ({
  id,
  name,
  role,
  user_id,
  user_name,
  created_at,
  expires_at,
  last_used_at,
}: TokenRow & { user_name: string }) =>
  Token.parse({
    id,
    name,
    role,
    user: { id: user_id, name: user_name },
    created_at,
    expires_at,
    last_used_at,
  })
