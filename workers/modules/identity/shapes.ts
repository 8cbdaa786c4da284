import * as z from 'zod'
import { PASSWORD_LENGTH } from './better-auth.ts'
import { ROLES } from './model.ts'

const role = z
  .enum(ROLES)
  .meta({ description: 'Owners may do all, admins all but change the organization, viewers look.' })
const name = z.string().trim().min(1).max(255)
const email = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.email('expected an email address'))
  .meta({ description: 'In any case: kept in lower case.' })

export const SetupInput = z.strictObject({
  organization: name.meta({ description: 'Name of the organization.' }),
  name: name.meta({ description: 'Name of its owner.' }),
  email,
  password: z.string().min(PASSWORD_LENGTH.min).max(PASSWORD_LENGTH.max),
})

/** Nothing here tells what a password of ours looks like: a wrong one is wrong in one way only. */
export const SignInInput = z.strictObject({
  email: z.string().trim().toLowerCase().min(1).max(320),
  password: z.string().min(1).max(1024),
})

export const Who = z.object({
  user: z.object({ id: z.string(), name: z.string(), email: z.string(), role }),
  organization: z.object({ id: z.string(), name: z.string() }),
})

export const SetupAnswer = Who.extend({
  group: z.object({ id: z.string(), name: z.string() }),
  token: z.string().meta({ description: "The owner's first token. Shown this once." }),
})

export const TokenInput = z.strictObject({
  name,
  role: role.optional(),
  expires_at: z.iso.datetime({ offset: true }).nullish().meta({ description: 'RFC 3339.' }),
})

export const Token = z.object({
  id: z.string(),
  name: z.string(),
  role,
  user: z.object({ id: z.string(), name: z.string() }).meta({ description: 'For whom it acts.' }),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  last_used_at: z.string().nullable().meta({ description: 'Correct to a minute.' }),
})

export const CreatedToken = Token.extend({
  token: z.string().meta({ description: 'The secret. Shown this once.' }),
})

export const TokenQuery = z.object({
  size: z.coerce.number().int().min(1).max(1000).default(100),
  offset: z.uuid().optional().meta({ description: 'Of the page before.' }),
})

export const TokenPage = z.object({
  data: z.array(Token),
  next: z.string().nullable().meta({ description: 'Path of the next page; null on the last.' }),
  offset: z.string().optional(),
})
